/** The curves: values solid, slopes dashed, and their names beside them. */
import { put, svg } from "../core/dom.mjs";
import { Axis, colour, curve, label } from "../core/plot.mjs";
import { PLACES } from "./measured.mjs";
import { covered, placed } from "./placed.mjs";
import { HALO } from "./words.mjs";

/** @typedef {import("./chosen.mjs").Chosen} Chosen */
/** @typedef {import("./layout.mjs").Layout} Layout */
/** @typedef {import("./placed.mjs").Point} Point */
/** @typedef {import("../core/formulas.mjs").Activation} Activation */
/** @typedef {import("../core/scale.mjs").Scale} Scale */

/**
 * @typedef {object} Stroke  one output of a chosen function
 * @property {Chosen} owner
 * @property {string} line  the path of its value
 * @property {string} dashes  the path of its slope
 * @property {Point[]} values  what of the value is in sight
 * @property {Point[]} slopes  likewise
 */

const EVERY = 24; // places from mark to mark, on curves that share a colour
const MARKS = [
  "",
  "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0", // circle
  "m-3.2 -3.2h6.4v6.4h-6.4z", // square
];

export class Graph {
  constructor() {
    this.axes = { x: new Axis("x"), y: new Axis("y") };
    this.zero = svg("path", { stroke: colour("rule") });
    this.lines = svg("g", { fill: "none", "stroke-linejoin": "round" });
    this.names = svg("g", { "font-weight": 600, "text-anchor": "middle", "aria-hidden": "true" });
    this.node = svg(
      "g",
      {},
      ...[this.zero, this.axes.x.node, this.axes.y.node, this.lines, this.names],
    );
  }

  /**
   * Draw the curves, and return points on all that was drawn.
   * @param {readonly Chosen[]} all
   * @param {Layout} layout
   */
  draw(all, layout) {
    const { x, y, width, narrow } = layout;
    const [left] = x.pixels;
    const [bottom, top] = y.pixels;
    this.axes.x.draw(x, bottom, "z");
    put(this.axes.x.title, { x: x.at(4) }); // off what is written below the axis beside it
    this.axes.y.draw(y, left, narrow ? "f(z), dashed: slope" : "f(z); dashed: its slope f′(z)");
    put(this.zero, { d: `M${left} ${y.at(0)}H${width}M${x.at(0)} ${top}V${bottom}` });
    const strokes = all.flatMap((owner) => owner.strands.map((f) => drawn(owner, f, layout)));
    this.lines.replaceChildren(...strokes.flatMap(paths).reverse()); // the first one on top
    const points = strokes.flatMap(({ values, slopes }) => [...values, ...slopes]);
    this.names.replaceChildren();
    return narrow ? points : [...points, ...this.name(all, strokes, layout)];
  }

  /**
   * Write the names, and return points on them.
   * @param {readonly Chosen[]} all
   * @param {readonly Stroke[]} strokes
   * @param {Layout} layout
   */
  name(all, strokes, { x, y }) {
    const labels = all.map((one) => one.label);
    const named = all.map((one) => strokes.findIndex(({ owner }) => owner === one));
    const lines = named.map((index) => strokes[index].values);
    const others = named.map((index) =>
      strokes.flatMap(({ values, slopes }, i) => (i === index ? slopes : [...values, ...slopes])),
    );
    const middles = placed(labels, lines, others, { x: x.pixels, y: y.pixels });
    const texts = middles.map((middle, i) =>
      label(labels[i], { ...HALO, x: middle.x, y: middle.y + 4.5, fill: colour(all[i].role) }),
    );
    this.names.replaceChildren(...texts);
    return middles.flatMap((middle, i) => covered(middle, labels[i]));
  }
}

/**
 * @param {Chosen} owner
 * @param {Activation} f
 * @param {Layout} layout
 * @returns {Stroke}
 */
function drawn(owner, f, { x, y }) {
  const value = seen(f.value, f.jumps, y);
  const slope = seen(f.slope, [...f.kinks, ...f.jumps], y);
  /** @param {Float64Array} heights */
  const points = (heights) =>
    Array.from(PLACES, (z, i) => ({ x: x.at(z), y: y.at(heights[i]) })).filter((point) =>
      Number.isFinite(point.y),
    );
  return {
    owner,
    line: curve(PLACES, value, x, y),
    dashes: curve(PLACES, slope, x, y),
    values: points(value),
    slopes: points(slope),
  };
}

/**
 * Return a function's heights at PLACES; NaN where it breaks, and out of sight.
 * @param {(z: number) => number} g
 * @param {readonly number[]} breaks
 * @param {Scale} y
 */
function seen(g, breaks, { values: [low, high] }) {
  return PLACES.map((z) => {
    const height = g(z);
    return height < low || height > high || breaks.includes(z) ? Number.NaN : height;
  });
}

/** @param {Stroke} stroke */
function paths({ owner: { role, twin }, line, dashes, values }) {
  const stroke = colour(role);
  const marked = values.filter((_, i) => i % EVERY === EVERY / 2);
  const d = marked.map(({ x, y }) => `M${x.toFixed(1)} ${y.toFixed(1)}${MARKS[twin]}`).join("");
  const marks = svg("path", { d, stroke, fill: colour("surface"), "stroke-width": 1.5 });
  return [
    ...(twin > 0 ? [marks] : []),
    svg("path", { d: line, stroke, "stroke-width": 2.6 }),
    svg("path", { d: dashes, stroke, "stroke-width": 1.5, "stroke-dasharray": "5 3" }),
  ];
}
