/** Parts of a picture: axes, curves, labels. Colours are the book's tokens, which follow the theme. */
import { put, svg, write } from "./dom.mjs";
import { short, tenTo } from "./format.mjs";

/** @typedef {import("./scale.mjs").Scale} Scale */

/**
 * Return the colour of a role: relu, leaky, sigmoid, tanh, smooth, linear, text, muted, rule, ...
 * @param {string} role
 */
export function colour(role) {
  return `var(--rc-${role})`;
}

/**
 * Return the path of a curve; it breaks where a value is not finite, and stays within sight.
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} ys
 * @param {Scale} x
 * @param {Scale} y
 */
export function curve(xs, ys, x, y) {
  const [low, high] = [Math.min(...y.pixels) - 4e3, Math.max(...y.pixels) + 4e3];
  let path = "";
  let drawn = false;
  for (let i = 0; i < xs.length; i += 1) {
    const [left, top] = [x.at(xs[i]), y.at(ys[i])];
    if (Number.isNaN(left + ys[i])) drawn = false;
    else {
      const kept = Math.min(Math.max(top, low), high);
      path += `${drawn ? "L" : "M"}${left.toFixed(1)} ${kept.toFixed(1)}`;
      drawn = true;
    }
  }
  return path;
}

/**
 * Return the path of a histogram: bars without gaps from the base up.
 * @param {ArrayLike<number>} heights in pixels
 * @param {number} left
 * @param {number} width of all bars
 * @param {number} base
 */
export function bars(heights, left, width, base) {
  const each = width / heights.length;
  let path = `M${left.toFixed(1)} ${base.toFixed(1)}`;
  for (let i = 0; i < heights.length; i += 1) {
    path += `V${(base - heights[i]).toFixed(1)}H${(left + (i + 1) * each).toFixed(1)}`;
  }
  return `${path}V${base.toFixed(1)}Z`;
}

/**
 * Text in a picture.
 * @param {string} words
 * @param {import("./dom.mjs").Attributes} attributes
 */
export function label(words, attributes) {
  return svg("text", { fill: colour("muted"), "font-size": 13, ...attributes }, words);
}

/**
 * An axis: a line, ticks with their numbers, and the name of what it measures.
 * `draw` may be called for each frame; it changes only what changed.
 */
export class Axis {
  /** @param {"x" | "y"} side */
  constructor(side) {
    this.side = side;
    this.line = svg("path", { stroke: colour("rule-strong"), fill: "none" });
    this.marks = svg("g");
    this.title = label("", {});
    this.node = svg("g", { "aria-hidden": "true" }, this.line, this.marks, this.title);
  }

  /**
   * @param {Scale} scale
   * @param {number} across where the axis stands, in pixels
   * @param {string} [title] with the unit
   * @param {(value: number) => string} [text] how a tick is written
   */
  draw(scale, across, title = "", text = short) {
    const [start, end] = scale.pixels;
    const flat = this.side === "x";
    put(this.line, { d: flat ? `M${start} ${across}H${end}` : `M${across} ${start}V${end}` });
    while (this.marks.children.length > scale.ticks.length) this.marks.lastElementChild?.remove();
    while (this.marks.children.length < scale.ticks.length) this.marks.append(label("", {}));
    scale.ticks.forEach((value, index) => {
      const mark = this.marks.children[index];
      const place = scale.at(value);
      put(
        mark,
        flat
          ? { x: place, y: across + 17, "text-anchor": "middle" }
          : { x: across - 6, y: place + 4.5, "text-anchor": "end" },
      );
      write(mark, text(value));
    });
    const top = Math.min(start, end);
    put(
      this.title,
      flat
        ? { x: end, y: across + 34, "text-anchor": "end" }
        : { x: 0, y: top - 9, "text-anchor": "start" },
    );
    write(this.title, title);
  }
}

/**
 * Write the ticks of a logarithmic axis as powers.
 * @param {number} value
 */
export function powerTick(value) {
  return tenTo(Math.round(Math.log10(value)));
}
