/** The plane of the two inputs: examples, and the line of each unit over them. */
import { put, svg, write } from "../core/dom.mjs";
import { colour, label } from "../core/plot.mjs";
import { linear } from "../core/scale.mjs";
import { clipped, distance, exit, positiveSide } from "./lines.mjs";
import { phaseAt } from "./phases.mjs";
import { EXAMPLES, UNITS } from "./sizes.mjs";
import { STYLES } from "./styles.mjs";

/** @typedef {import("./run.mjs").Run} Run */
/** @typedef {import("./run.mjs").Fate} Fate */
/** @typedef {import("./layout.mjs").Place} Place */
/** @typedef {import("./lines.mjs").Line} Line */

const REACH = 2.1; // the examples lie within 1.4 of their middle
const TICK = 9; // pixels
const NEAR = 14; // pixels from a line at which a click finds it

const FATES = /** @type {Fate[]} */ (Object.keys(STYLES));

/** All lines of one fate: their strokes, and their ticks towards the active side. */
class Bundle {
  /** @param {Fate} fate */
  constructor(fate) {
    const { ink, dash, fill } = STYLES[fate];
    const stroke = { fill: "none", stroke: colour(ink), "stroke-dasharray": dash };
    this.lines = svg("path", { ...stroke, "stroke-width": 1.75 });
    this.marked = svg("path", { ...stroke, "stroke-width": 4 });
    const tick = { fill: colour(fill), stroke: colour(ink), "stroke-width": 1.25 };
    this.ticks = svg("path", { ...tick, "stroke-linejoin": "round" });
    this.node = svg("g", {}, this.lines, this.marked, this.ticks);
  }
}

export class Plane {
  constructor() {
    this.cross = svg("path", { stroke: colour("rule"), fill: "none" });
    this.side = svg("path", { opacity: 0.13 });
    this.frame = svg("rect", { fill: "none", stroke: colour("rule") });
    const halo = { stroke: colour("surface"), "stroke-width": 4, "paint-order": "stroke" };
    this.names = ["x₁", "x₂"].map((name) => label(name, halo));
    this.dots = svg("path", {
      stroke: colour("text"),
      "stroke-width": 5,
      "stroke-linecap": "round",
    });
    this.crosses = svg("path", { stroke: colour("text"), "stroke-width": 1.25, fill: "none" });
    this.bundles = new Map(FATES.map((fate) => [fate, new Bundle(fate)]));
    this.title = label("", { x: 0, y: 15 });
    this.node = svg("g", {}, this.side, this.cross, this.frame, this.dots, this.crosses);
    this.node.append(
      ...[...this.bundles.values()].map(({ node }) => node),
      ...this.names,
      this.title,
    );
    this.x = linear([-1, 1], [0, 1]);
    this.y = this.x;
  }

  /**
   * @param {Place} place
   * @param {Run} run
   * @param {number} step
   * @param {number} marked  unit
   */
  draw(place, run, step, marked) {
    this.#ground(place, Math.max(...run.phases.map(({ offset }) => offset)));
    this.#examples(run, phaseAt(run.phases, step).offset);
    this.#side(run, step, marked);
    for (const fate of FATES) this.#lines(fate, run, step, marked);
    write(this.title, `Each unit's line over the data, step ${step}`);
  }

  /**
   * Choose scales in which the examples can be seen at every offset, and the origin as well.
   * @param {Place} place
   * @param {number} most  offset
   */
  #ground({ x, y, width, height }, most) {
    const half = REACH + most / 2;
    const pixel = (2 * half) / Math.min(width, height);
    const [across, up] = [(width * pixel) / 2, (height * pixel) / 2];
    this.x = linear([most / 2 - across, most / 2 + across], [x, x + width]);
    this.y = linear([most / 2 - up, most / 2 + up], [y + height, y]);
    const [left, top] = [this.x.at(0), this.y.at(0)];
    put(this.frame, { x, y, width, height });
    put(this.cross, { d: `M${left} ${y}V${y + height}M${x} ${top}H${x + width}` });
    put(this.names[0], { x: x + width - 5, y: top - 5, "text-anchor": "end" });
    put(this.names[1], { x: left + 5, y: y + 15 });
  }

  /**
   * @param {Run} run
   * @param {number} offset
   */
  #examples({ frame }, offset) {
    const paths = ["", ""];
    for (let i = 0; i < EXAMPLES; i += 1) {
      const place = [frame.x[2 * i] + offset, frame.x[2 * i + 1] + offset];
      const at = `M${this.#pixels(place)}`;
      paths[frame.y[i]] += frame.y[i] === 0 ? `${at}h0` : `${at}m-3 -3l6 6m0 -6l-6 6`;
    }
    put(this.dots, { d: paths[0] });
    put(this.crosses, { d: paths[1] });
  }

  /** @param {number[]} place */
  #pixels([x, y]) {
    return `${this.x.at(x).toFixed(1)} ${this.y.at(y).toFixed(1)}`;
  }

  /**
   * @param {Fate} fate
   * @param {Run} run
   * @param {number} step
   * @param {number} marked
   */
  #lines(fate, run, step, marked) {
    const paths = { lines: "", marked: "", ticks: "" };
    for (const unit of run.order) {
      if (run.fate(step, unit) !== fate) continue;
      const line = run.line(step, unit);
      const ends = clipped(line, this.box);
      if (ends) paths[unit === marked ? "marked" : "lines"] += this.#segment(ends);
      paths.ticks += ends ? this.#tick(line, ends) : this.#beyond(line);
    }
    const bundle = /** @type {Bundle} */ (this.bundles.get(fate));
    put(bundle.lines, { d: paths.lines });
    put(bundle.marked, { d: paths.marked });
    put(bundle.ticks, { d: paths.ticks });
  }

  /**
   * Tint the side on which the marked unit is active.
   * @param {Run} run
   * @param {number} step
   * @param {number} marked
   */
  #side(run, step, marked) {
    const corners = positiveSide(run.line(step, marked), this.box);
    const path = corners.map((corner) => this.#pixels(corner)).join("L");
    const { ink } = STYLES[run.fate(step, marked)];
    put(this.side, { d: path ? `M${path}Z` : "", fill: colour(ink) });
  }

  get box() {
    const [[left, right], [low, high]] = [this.x.values, this.y.values];
    return { left, right, low, high };
  }

  /** @param {number[][]} ends */
  #segment(ends) {
    return `M${this.#pixels(ends[0])}L${this.#pixels(ends[1])}`;
  }

  /**
   * A triangle in the middle of a line, on the side on which the unit is active.
   * @param {Line} line
   * @param {number[][]} ends
   */
  #tick({ w }, [one, other]) {
    return this.#triangle([(one[0] + other[0]) / 2, (one[1] + other[1]) / 2], w);
  }

  /**
   * The line lies outside the picture: a triangle at the border points to it.
   * @param {Line} line
   */
  #beyond(line) {
    const [x, y] = [this.x.values, this.y.values].map(([low, high]) => (low + high) / 2);
    const place = exit(line, this.box);
    if (!Number.isFinite(place[0] + place[1])) return ""; // w is 0: there is no line
    const inwards = [x - place[0], y - place[1]];
    const room = (TICK + 3) / Math.abs(this.x.at(1) - this.x.at(0)) / Math.hypot(...inwards);
    const start = place.map((entry, i) => entry + room * inwards[i]);
    return this.#triangle(
      start,
      inwards.map((entry) => -entry),
    );
  }

  /**
   * A triangle, within the frame even where its place is too near to it.
   * @param {number[]} place
   * @param {number[]} towards
   */
  #triangle([x, y], towards) {
    const size = TICK / Math.hypot(...towards);
    const [right, down] = [size * towards[0], -size * towards[1]];
    const left = inside(this.x, this.x.at(x), TICK + 1);
    const top = inside(this.y, this.y.at(y), TICK + 1);
    const corners = [
      [left - 0.6 * down, top + 0.6 * right],
      [left + right, top + down],
      [left + 0.6 * down, top - 0.6 * right],
    ];
    return `M${corners.map((corner) => corner.map((entry) => entry.toFixed(1)).join(" ")).join("L")}Z`;
  }

  /**
   * @param {number} left  pixels
   * @param {number} top  pixels
   */
  holds(left, top) {
    return within(this.x, left) && within(this.y, top);
  }

  /**
   * Return the unit whose line is at a point of the picture; undefined if none is near.
   * @param {Run} run
   * @param {number} step
   * @param {number} left  pixels
   * @param {number} top  pixels
   */
  unitAt(run, step, left, top) {
    const point = [this.x.from(left), this.y.from(top)];
    const far = Array.from({ length: UNITS }, (_, unit) => distance(run.line(step, unit), point));
    const least = Math.min(...far.filter(Number.isFinite));
    const near = NEAR / Math.abs(this.x.at(1) - this.x.at(0));
    return least <= near ? far.indexOf(least) : undefined;
  }
}

/**
 * Return a pixel, or the nearest that is so far from both ends of a scale.
 * @param {import("../core/scale.mjs").Scale} scale
 * @param {number} pixel
 * @param {number} margin
 */
function inside({ pixels }, pixel, margin) {
  return Math.min(Math.max(pixel, Math.min(...pixels) + margin), Math.max(...pixels) - margin);
}

/**
 * @param {import("../core/scale.mjs").Scale} scale
 * @param {number} pixel
 */
function within({ pixels }, pixel) {
  return pixel >= Math.min(...pixels) && pixel <= Math.max(...pixels);
}
