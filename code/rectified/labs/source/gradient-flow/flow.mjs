/** How large outputs and gradients are in each layer: measured, and as theory has them. */
import { put, svg, write } from "../core/dom.mjs";
import { Axis, colour, curve, label, powerTick } from "../core/plot.mjs";
import { logarithmic } from "../core/scale.mjs";
import { columns, disc, histograms } from "./columns.mjs";
import { DECADE, DECADES, REACHES } from "./sizes.mjs";
import { ratioText } from "./words.mjs";

/**
 * @typedef {import("./job.mjs").Frame} Frame
 * @typedef {import("./layout.mjs").Place} Place
 * @typedef {import("../core/scale.mjs").Scale} Scale
 */

const SHOWN = /** @type {const} */ ([-8, 1]); // powers of ten in sight, at least
const FARTHEST = 60; // power of ten, at most
const DASH = { "stroke-dasharray": "5 3", fill: "none" };
const HALO = { "paint-order": "stroke", stroke: colour("surface"), "stroke-width": 4 };
const BOLD = { "font-weight": 600, "stroke-linejoin": "round", ...HALO };

export class Flow {
  constructor() {
    this.size = new Axis("y");
    this.one = svg("path", { stroke: colour("rule"), fill: "none" });
    this.bars = svg("path");
    this.before = svg("path", { ...DASH, stroke: colour("rule-strong"), "stroke-width": 1.5 });
    this.outputs = svg("path", { fill: "none", "stroke-width": 2 });
    this.gradients = svg("path", { ...DASH, "stroke-width": 2 });
    this.rings = svg("path", { fill: colour("surface"), "stroke-width": 1.75 });
    this.dots = svg("path");
    this.zeros = svg("path", { fill: "none", stroke: colour("dead"), "stroke-width": 1.5 });
    this.names = [label("outputs h", BOLD), label("gradients g = ∂L/∂z", BOLD), label("", BOLD)];
    this.title = label("", {});
    this.zero = label("0", { "text-anchor": "end" });
    this.boxes = label("", { "text-anchor": "end" });
    this.old = label("", HALO);
    const lines = [this.one, this.bars, this.before, this.outputs, this.gradients, this.rings];
    this.node = svg("g", {}, ...lines, this.dots, this.zeros, this.size.node);
    this.node.append(this.title, this.zero, this.boxes, this.old, ...this.names);
  }

  /**
   * @param {{flow: Place, zeros: Place}} places
   * @param {Frame | undefined} frame
   * @param {Frame | undefined} before  of another network
   */
  draw({ flow, zeros }, frame, before) {
    const { x: left, y: top, width, height } = flow;
    const old = before?.depth === frame?.depth ? before : undefined;
    const y = logarithmic(decades(frame, old), [top + height, top], 6);
    const title = "root mean square of each layer";
    this.size.draw(y, left, "", powerTick);
    put(this.one, { d: `M${left} ${y.at(1)}h${width}` });
    put(this.title, { x: 0, y: top - 11 });
    write(this.title, width > 480 ? `${title}: dots measured, lines from theory` : title);
    put(this.zero, { x: left - 6, y: zeros.y + 13 });
    if (!frame) return;
    const x = columns(frame.depth, flow);
    this.#bars(frame, x, y);
    this.#zeros(frame.zeros, x, zeros);
    this.#lines(frame, x, y);
    this.#before(old, x, y);
    this.#names(frame, x, y);
  }

  /**
   * @param {Frame} frame
   * @param {Scale} x
   * @param {Scale} y
   */
  #bars({ gradient, gradients, role }, x, y) {
    const [bottom, top] = y.pixels;
    const edge = (/** @type {number} */ layer, /** @type {number} */ bin) => {
      const place = y.at(gradient[layer] * 10 ** (REACHES[0] + bin / DECADE));
      return Math.min(Math.max(place, top), bottom);
    };
    const d = histograms(gradients, DECADES, x, edge);
    put(this.bars, { d, fill: colour(role), "fill-opacity": x.at(2) - x.at(1) < 14 ? 0.4 : 0.22 });
  }

  /**
   * @param {Float64Array} shares
   * @param {Scale} x
   * @param {Place} place
   */
  #zeros(shares, x, { x: left, y, width, height }) {
    const room = 0.88 * (x.at(2) - x.at(1));
    const boxes = Array.from(shares, (share, i) => {
      const start = (x.at(i + 1) - (room * share) / 2).toFixed(1);
      return share > 0 ? `M${start} ${y}h${(room * share).toFixed(1)}v${height}H${start}Z` : "";
    });
    put(this.zeros, { d: boxes.join("") });
    put(this.boxes, { x: left + width, y: y + 33 });
    write(this.boxes, boxes.some(Boolean) ? "boxes: share that is 0" : "");
  }

  /**
   * @param {Frame} frame
   * @param {Scale} x
   * @param {Scale} y
   */
  #lines({ output, gradient, theory, role }, x, y) {
    const ink = colour(role);
    put(this.outputs, { d: line(theory.output, x, y), stroke: ink });
    put(this.gradients, { d: line(theory.gradient, x, y), stroke: ink });
    const radius = Math.min(4, 0.3 * (x.at(2) - x.at(1)));
    const dots = (/** @type {Float64Array} */ sizes) =>
      Array.from(sizes, (size, i) =>
        within(size, y) ? disc(x.at(i + 1), y.at(size), radius) : "",
      ).join("");
    put(this.dots, { d: dots(output), fill: ink });
    put(this.rings, { d: dots(gradient), stroke: ink });
  }

  /**
   * @param {Frame | undefined} old
   * @param {Scale} x
   * @param {Scale} y
   */
  #before(old, x, y) {
    const sizes = old?.theory.gradient ?? new Float64Array();
    const shown = within(sizes[0], y);
    put(this.before, { d: line(sizes, x, y) });
    put(this.old, { x: x.at(1) + 10, y: shown ? y.at(sizes[0]) + 18 : 0 });
    write(this.old, old && shown ? `${old.title}, before` : "");
  }

  /**
   * @param {Frame} frame
   * @param {Scale} x
   * @param {Scale} y
   */
  #names({ output, gradient, depth, role }, x, y) {
    const [bottom, top] = y.pixels;
    const [first, last, hidden] = [gradient[0], gradient[depth - 1], output[depth - 2]];
    const right = { x: x.pixels[1] - 4, "text-anchor": "end" };
    const below = Math.min(y.at(first) + 24, bottom - 4);
    const beside = first < last ? below : Math.max(y.at(first) - 10, top + 10); // off the line
    const places = [
      within(hidden, y) ? { ...right, y: Math.max(y.at(hidden) - 12, top + 10) } : undefined,
      within(last, y) ? { ...right, y: Math.min(y.at(last) + 34, bottom - 4) } : undefined,
      within(first, y) && depth > 2 ? { x: x.at(1) + 10, y: beside } : undefined,
    ];
    this.names.forEach((name, i) => {
      put(name, { visibility: places[i] ? "visible" : "hidden", fill: colour(role), ...places[i] });
    });
    const ratio = ratioText(first / last);
    write(this.names[2], `${ratio} ${first < last ? "of" : "times"} layer ${depth}’s`);
  }
}

/**
 * @param {Float64Array} sizes  layer by layer
 * @param {Scale} x
 * @param {Scale} y
 */
function line(sizes, x, y) {
  const layers = sizes.map((_, index) => index + 1);
  const inside = sizes.map((size) => (within(size, y) ? size : Number.NaN));
  return curve(layers, inside, x, y);
}

/**
 * @param {number | undefined} size
 * @param {Scale} y
 */
function within(size, { values: [low, high] }) {
  return size !== undefined && size >= low && size <= high;
}

/**
 * Return the sizes from the lowest to the highest power of ten that must be in sight.
 * @param {Frame | undefined} frame
 * @param {Frame | undefined} old
 * @returns {[number, number]}
 */
function decades(frame, old) {
  let [low, high] = /** @type {[number, number]} */ ([...SHOWN]);
  const sizes = [frame?.output, frame?.gradient, frame?.theory.output, frame?.theory.gradient];
  const seen = [...sizes, old?.theory.gradient].flatMap((each) => (each ? Array.from(each) : []));
  for (const power of seen.map(Math.log10)) {
    if (!(Math.abs(power) < FARTHEST)) continue;
    low = Math.min(low, Math.floor(power - 1)); // with room for what is written below
    high = Math.max(high, Math.ceil(power));
  }
  return [10 ** low, 10 ** high];
}
