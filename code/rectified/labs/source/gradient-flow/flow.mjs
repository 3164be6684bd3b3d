/** How large outputs and gradients are in each layer: measured, and as theory has them. */
import { put, svg, write } from "../core/dom.mjs";
import { Axis, colour, curve, label, powerTick } from "../core/plot.mjs";
import { logarithmic } from "../core/scale.mjs";
import { columns, disc, histograms } from "./columns.mjs";
import { Key } from "./key.mjs";
import { DECADE, DECADES, REACHES } from "./sizes.mjs";
import { ratioText } from "./words.mjs";

/**
 * @typedef {import("./job.mjs").Frame} Frame
 * @typedef {import("./layout.mjs").Place} Place
 * @typedef {import("../core/scale.mjs").Scale} Scale
 */

const SHOWN = /** @type {const} */ ([-8, 1]); // powers of ten in sight, at least
const LINE = 18; // pixels from one line of words to the next
const CLEAR = 30; // pixels that words and a line need to pass each other
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
    this.left = label("", BOLD); // of the gradient, in layer 1
    this.title = label("size in each layer: the root mean square", {});
    this.key = new Key();
    this.zero = label("0", { "text-anchor": "end" });
    this.boxes = label("", { "text-anchor": "end" });
    this.old = label("", HALO);
    const lines = [this.one, this.bars, this.before, this.outputs, this.gradients, this.rings];
    this.node = svg("g", {}, ...lines, this.dots, this.zeros, this.size.node);
    this.node.append(this.title, this.zero, this.boxes, this.old, this.left);
    this.node.append(this.key.node);
  }

  /**
   * @param {{key: Place, flow: Place, zeros: Place}} places
   * @param {Frame | undefined} frame
   * @param {Frame | undefined} before  of another network
   */
  draw({ key, flow, zeros }, frame, before) {
    const { x: left, y: top, width, height } = flow;
    const old = before?.depth === frame?.depth ? before : undefined;
    const y = logarithmic(decades(frame, old), [top + height, top], 6);
    this.size.draw(y, left, "", powerTick);
    put(this.one, { d: `M${left} ${y.at(1)}h${width}` });
    put(this.title, { x: 0, y: key.y - 16 });
    this.key.draw(key, colour(frame?.role ?? "muted"));
    put(this.zero, { x: left - 6, y: zeros.y + 13 });
    if (!frame) return;
    const x = columns(frame.depth, flow);
    this.#bars(frame, x, y);
    this.#zeros(frame.zeros, x, zeros);
    this.#lines(frame, x, y);
    const told = this.#left(frame, x, y);
    this.#before(old, x, y, told);
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
   * Say at layer 1 how the gradient there compares with that of the last hidden layer, off its line.
   * @param {Frame} frame
   * @param {Scale} x
   * @param {Scale} y
   * @returns {number} the height of the words
   */
  #left({ gradient, theory, depth, role }, x, y) {
    const [bottom, top] = y.pixels;
    const [first, last] = [gradient[0], gradient[depth - 2]];
    const shown = depth > 2 && within(first, y);
    const spots = [first, theory.gradient[0]].map(y.at);
    const near = Math.abs(spots[0] - spots[1]) < CLEAR ? spots : [spots[0]];
    const below = Math.min(Math.max(...near) + 24, bottom - 4);
    const at = first < last ? below : Math.max(Math.min(...near) - 10, top + 10);
    const place = { x: x.at(1) + 10, y: shown ? at : 0, visibility: shown ? "visible" : "hidden" };
    put(this.left, { ...place, fill: colour(role) });
    write(
      this.left,
      `${ratioText(first / last)} ${first < last ? "of" : "times"} layer ${depth - 1}’s`,
    );
    return shown ? at : Number.POSITIVE_INFINITY;
  }

  /**
   * @param {Frame | undefined} old
   * @param {Scale} x
   * @param {Scale} y
   * @param {number} taken  height of the words that are there already
   */
  #before(old, x, y, taken) {
    const sizes = old?.theory.gradient ?? new Float64Array();
    const shown = within(sizes[0], y);
    put(this.before, { d: line(sizes, x, y) });
    const under = shown ? y.at(sizes[0]) + 18 : 0;
    const near = Math.abs(under - taken) < LINE;
    const past = taken + (taken + LINE < y.pixels[0] ? LINE : -LINE);
    put(this.old, { x: x.at(1) + 10, y: near ? past : under });
    write(this.old, old && shown ? `${old.title}, before` : "");
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
