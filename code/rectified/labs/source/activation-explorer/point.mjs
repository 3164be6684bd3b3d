/** A point on the first curve: moved along it, it tells value and slope, and has a tangent. */
import { put, svg, write } from "../core/dom.mjs";
import { fixed } from "../core/format.mjs";
import { clip } from "../core/formulas-straight.mjs";
import { Handle } from "../core/handle.mjs";
import { colour, label } from "../core/plot.mjs";
import { REACH } from "./measured.mjs";
import { beside } from "./placed.mjs";
import { HALO, number } from "./words.mjs";

/** @typedef {import("./chosen.mjs").Chosen} Chosen */
/** @typedef {import("./layout.mjs").Layout} Layout */

const TANGENT = 46; // pixels to both sides
const TICKS = 22; // pixels below the axis that its numbers need

export class Point {
  /** @param {import("../core/lab.mjs").Stage} stage */
  constructor(stage) {
    const { schema, signal } = stage;
    const passive = { fill: "none", "pointer-events": "none" }; // handles lie below
    this.guide = svg("path", { ...passive, stroke: colour("rule-strong"), "stroke-width": 0.8 });
    this.tangent = svg("path", { ...passive, "stroke-width": 1.2 });
    this.dots = svg("g");
    this.lines = [label("", HALO), label("", HALO)];
    const bold = { "font-weight": 600, "text-anchor": "middle", "aria-hidden": "true" };
    this.field = svg("rect", { fill: "transparent", class: "rc-field" });
    this.handle = new Handle({
      ...{ label: "Point z on the curve", low: -REACH, high: REACH, step: schema.z.step, signal },
      from: (x) => this.layout?.x.from(x) ?? 0,
      moved: (z) => stage.set({ z }),
    });
    this.field.addEventListener("click", (event) => this.pick(event), { signal });
    const note = svg("g", bold, ...this.lines);
    this.node = svg(
      "g",
      {},
      ...[this.guide, this.tangent, this.dots, note, this.field, this.handle.node],
    );
  }

  /**
   * A click anywhere between the curves moves the point to that z.
   * @param {MouseEvent} event
   */
  pick(event) {
    const { left } = /** @type {Element} */ (this.field.ownerSVGElement).getBoundingClientRect();
    this.handle.move(this.handle.grip.from(event.clientX - left, 0));
  }

  /**
   * @param {readonly Chosen[]} all
   * @param {number} z
   * @param {Layout} layout
   * @param {readonly import("./placed.mjs").Point[]} taken  by curves and names
   */
  draw(all, z, layout, taken) {
    this.layout = layout;
    const { x, y, base, share } = layout;
    const [f] = all[0].strands;
    const [point, role] = [{ x: x.at(z), y: y.at(within(f.value(z), y)) }, colour(all[0].role)];
    const words = [`f = ${number(f.value(z))}`, `slope ${number(f.slope(z))}`];
    put(this.field, { x: x.pixels[0], y: y.pixels[1] });
    put(this.field, { width: x.pixels[1] - x.pixels[0], height: y.pixels[0] - y.pixels[1] });
    const [bottom] = y.pixels;
    const spared = `M${point.x} ${base}V${bottom + TICKS}M${point.x} ${bottom}`; // the axis' numbers
    put(this.guide, { d: `${spared}V${point.y}H${share.pixels[0]}` });
    put(this.tangent, { d: tangent(point, f.slope(z), layout), stroke: role });
    const note = beside(point, taken, { x: x.pixels, y: y.pixels });
    this.lines.forEach((line, i) => {
      put(line, { x: note.x, y: note.y - 4 + 17 * i, fill: role });
      write(line, words[i]);
    });
    this.handle.draw(point.x, point.y, z, `z ${fixed(z, 1)}: ${words.join(", ")}`, role);
    this.dots.replaceChildren(...dots(all, z, layout));
  }
}

/**
 * Return dots on all other curves.
 * @param {readonly Chosen[]} all
 * @param {number} z
 * @param {Layout} layout
 */
function dots(all, z, { x, y }) {
  const found = all.flatMap(({ role, strands }) =>
    strands.map((f) => ({ cx: x.at(z), cy: y.at(within(f.value(z), y)), fill: colour(role) })),
  );
  return found.slice(1).map((place) => svg("circle", { ...place, r: 4 }));
}

/**
 * Return a value, or the end of what is in sight that is nearest to it.
 * @param {number} value
 * @param {import("../core/scale.mjs").Scale} scale
 */
function within(value, { values: [low, high] }) {
  return Math.min(Math.max(value, low), high);
}

/**
 * @param {import("./placed.mjs").Point} point
 * @param {number} slope
 * @param {Layout} layout
 */
function tangent({ x: left, y: top }, slope, { x, y }) {
  const rise = slope * (y.at(1) - y.at(0)) * (x.from(1) - x.from(0)); // pixels for each pixel
  const run = TANGENT / Math.hypot(1, rise);
  const ends = [left - run, left + run].map((end) => clip(end, x.pixels[0], x.pixels[1]));
  return `M${ends.map((end) => `${end} ${top + (end - left) * rise}`).join("L")}`;
}
