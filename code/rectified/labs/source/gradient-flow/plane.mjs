/** What the network says: of each place in the plane, or of each x as a curve. */
import { html, put, svg, write } from "../core/dom.mjs";
import { colour, curve, label } from "../core/plot.mjs";
import { linear } from "../core/scale.mjs";
import { colours, onTheme } from "../core/theme.mjs";
import { disc } from "./columns.mjs";
import { GRID, REACH, span } from "./sizes.mjs";

/** @typedef {import("./job.mjs").Frame} Frame */

const RAMP = ["div-n2", "div-n1", "div-0", "div-p1", "div-p2"]; // from class 0 to class 1

export class Plane {
  /** @param {import("../core/lab.mjs").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.canvas = html("canvas", { "aria-hidden": true });
    this.small = html("canvas", { width: GRID, height: GRID }); // never in the page
    const mark = { stroke: colour("bg"), "stroke-width": 0.75 };
    this.marks = ["div-n3", "div-p3"].map((ink) => svg("path", { fill: colour(ink), ...mark }));
    this.frame = svg("rect", { fill: "none", stroke: colour("rule-strong") });
    this.points = svg("path", { fill: colour("muted") });
    this.curve = svg("path", { fill: "none", "stroke-width": 2.5 });
    this.title = label("", {});
    this.node = svg("g", {}, this.frame, ...this.marks, this.points);
    this.node.append(this.curve, this.title);
    /** @type {Float64Array | undefined} the latest of the network that is shown */
    this.surface = undefined;
    onTheme(() => stage.invalidate(), stage.signal);
  }

  /**
   * @param {import("./layout.mjs").Place} place
   * @param {Frame | undefined} frame
   */
  draw(place, frame) {
    const { x, y, width, height } = place;
    put(this.frame, { x, y, width, height });
    put(this.title, { x, y: y - 9 });
    this.surface = frame?.surface ?? this.surface;
    const labelled = frame?.labelled ?? true;
    write(this.title, labelled ? "the network’s answers" : "the network’s curve");
    this.canvas.hidden = !labelled;
    if (!frame) return;
    if (labelled) this.#classes(place, frame);
    else this.#curve(place, frame);
  }

  /**
   * @param {import("./layout.mjs").Place} place
   * @param {Frame} frame
   */
  #classes({ x, y, width, height }, frame) {
    const across = linear([-REACH, REACH], [x, x + width]);
    const up = linear([-REACH, REACH], [y + height, y]);
    const size = Math.max(2, width / 80);
    const paths = ["", ""];
    frame.y.forEach((label, i) => {
      const [left, top] = [across.at(frame.x[2 * i]), up.at(frame.x[2 * i + 1])];
      paths[label] += label === 0 ? disc(left, top, size) : triangle(left, top, size);
    });
    this.marks.forEach((mark, label) => {
      put(mark, { d: paths[label] });
    });
    put(this.points, { d: null });
    put(this.curve, { d: null });
    if (this.surface?.length === GRID * GRID) this.#paint(x, y, width, height);
  }

  /**
   * Paint the probabilities GRID by GRID, and stretch them to the pixels of the screen.
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   */
  #paint(x, y, width, height) {
    const [pen, small] = [this.canvas.getContext("2d"), this.small.getContext("2d")];
    if (!pen || !small || !this.surface) return;
    const image = small.createImageData(GRID, GRID);
    const ramp = colours(this.stage.section, RAMP);
    this.surface.forEach((share, i) => {
      const row = GRID - 1 - Math.floor(i / GRID); // canvases count from above
      image.data.set(mixed(ramp, share), 4 * (row * GRID + (i % GRID)));
    });
    small.putImageData(image, 0, 0);
    const [wide, high] = [width, height].map((side) => Math.round(side * devicePixelRatio));
    if (this.canvas.width !== wide) Object.assign(this.canvas, { width: wide, height: high });
    put(this.canvas, { style: `left:${x}px;top:${y}px;width:${width}px;height:${height}px` });
    pen.imageSmoothingQuality = "high";
    pen.drawImage(this.small, 0, 0, wide, high);
  }

  /**
   * @param {import("./layout.mjs").Place} place
   * @param {Frame} frame
   */
  #curve({ x, y, width, height }, frame) {
    const across = linear([-1.85, 1.85], [x, x + width]);
    const up = linear([-1.6, 1.6], [y + height, y]);
    const points = Array.from(frame.x, (at, i) => disc(across.at(at), up.at(frame.y[i]), 2.5));
    put(this.points, { d: points.join("") });
    for (const mark of this.marks) put(mark, { d: null });
    if (this.surface?.length !== GRID) return;
    const within = this.surface.map((value) => Math.min(Math.max(value, -1.6), 1.6));
    put(this.curve, { d: curve(span(Math.sqrt(3)), within, across, up) });
    put(this.curve, { stroke: colour(frame.role) });
  }
}

/**
 * Return red, green, blue and opacity at a place of a ramp of colours, from 0 to 1.
 * @param {number[][]} ramp
 * @param {number} share  the middle for one that is not finite
 */
function mixed(ramp, share) {
  const place = (Number.isFinite(share) ? share : 0.5) * (ramp.length - 1);
  const below = Math.min(Math.floor(place), ramp.length - 2);
  const rest = place - below;
  const mix = ramp[below].map((low, i) => low + rest * (ramp[below + 1][i] - low));
  return [...mix, 255];
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} r
 */
function triangle(x, y, r) {
  const side = 1.25 * r;
  return `M${x.toFixed(1)} ${(y - side).toFixed(1)}l${side} ${2 * side}h${-2 * side}Z`;
}
