/** What the three plots share: axes, a line inside that is cut at the edges, words outside. */
import { put, svg } from "../core/dom.mjs";
import { serial } from "../core/lab.mjs";
import { Axis, colour, label } from "../core/plot.mjs";

/**
 * @typedef {import("./layout.mjs").Place} Place
 * @typedef {import("../core/scale.mjs").Scale} Scale
 */

export const HALO = 15; // pixels around the middle of a handle

export class Plot {
  constructor() {
    const id = `rc-initialization-${serial()}`;
    this.axes = { x: new Axis("x"), y: new Axis("y") };
    this.bounds = svg("rect");
    this.inside = svg("g", { "clip-path": `url(#${id})`, fill: "none" });
    this.title = label("", { "text-anchor": "end" });
    this.node = svg(
      "g",
      {},
      svg("clipPath", { id }, this.bounds),
      this.axes.y.node,
      this.inside,
      this.axes.x.node,
      this.title,
    );
  }

  /**
   * Add a path that is cut at the edges.
   * @param {import("../core/dom.mjs").Attributes} attributes
   */
  path(attributes) {
    const path = svg("path", attributes);
    this.inside.append(path);
    return path;
  }

  /** Add a straight line that only helps the eye. @param {string} [role] */
  rule(role = "rule") {
    return this.path({ stroke: colour(role) });
  }

  /**
   * Add words that stay readable over lines.
   * @param {import("../core/dom.mjs").Attributes} [attributes]
   * @param {string} [said]
   */
  words(attributes = {}, said = "") {
    const halo = { stroke: colour("surface"), "stroke-width": 4, "paint-order": "stroke" };
    const text = label(said, { ...halo, ...attributes });
    this.node.append(text);
    return text;
  }

  /** @param {Place} place */
  stand({ x, y, width, height }) {
    put(this.bounds, { x, y, width, height });
    put(this.title, { x: x + width, y: y - 9 });
  }
}

/**
 * Return the ends of a place: left, right, top, bottom.
 * @param {Place} place
 */
export function ends({ x, y, width, height }) {
  return { left: x, right: x + width, top: y, bottom: y + height };
}

/**
 * Return the pixel of a value, or one that far from the end of the scale beyond which it lies.
 * @param {Scale} scale
 * @param {number} value
 * @param {number} [margin]
 */
export function kept({ at, pixels }, value, margin = 0) {
  const [low, high] = [Math.min(...pixels) + margin, Math.max(...pixels) - margin];
  return Math.min(Math.max(at(value), low), high);
}
