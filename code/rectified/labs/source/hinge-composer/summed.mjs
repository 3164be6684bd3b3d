/** One layer: the sum against its target, what the selected hinge adds, and the summands alone. */
import { put, svg } from "../core/dom.mjs";
import { fixed } from "../core/format.mjs";
import { colour, curve } from "../core/plot.mjs";
import { Fitted } from "./fitted.mjs";
import { rise, sign, value, without } from "./hinges.mjs";
import { several } from "./panel.mjs";

/**
 * @typedef {import("./hinges.mjs").Layer} Layer
 * @typedef {import("./picture.mjs").Layout} Layout
 * @typedef {import("./view.mjs").View} View
 */

export class Summed {
  /** @param {import("./picture.mjs").Picture} picture */
  constructor({ top, bottom }) {
    this.top = top;
    this.bottom = bottom;
    this.fitted = new Fitted();
    this.wedge = svg("path", { fill: colour("relu"), opacity: 0.14 });
    this.ghost = svg("path", { stroke: colour("relu"), "stroke-width": 1.25 });
    this.drops = svg("path", { stroke: colour("rule-strong"), "stroke-width": 0.75, opacity: 0.6 });
    this.line = svg("path", { stroke: colour("linear"), "stroke-width": 1.5 });
    this.hinges = svg("g", { stroke: colour("relu") });
    this.above = svg("g", {}, this.wedge, this.ghost, this.fitted.node);
    this.below = svg("g", {}, this.line, this.hinges);
    top.inside.append(this.above);
    top.outside.append(this.drops);
    bottom.inside.append(this.below);
  }

  /**
   * @param {Layout} layout
   * @param {View} view
   */
  draw(layout, view) {
    const display = view.layers === 1 ? null : "none";
    for (const node of [this.above, this.drops, this.below]) put(node, { display });
    if (view.layers > 1) return;
    this.#drawSum(layout, view);
    this.#drawWedge(layout, view);
    this.#drawSummands(layout, view);
  }

  /**
   * @param {Layout} layout
   * @param {View} view
   */
  #drawSum({ x, top, bottom }, view) {
    const { layer, name, target, error } = view;
    const fit = /** @type {[string, string][]} */ ([
      [`the ${name}`, "linear"],
      [`error ${fixed(error, 3)}`, "div-n3"],
    ]);
    this.top.draw(x, top, [["the sum", "relu"], ...(target ? fit : [])]);
    this.fitted.draw(x, top, view);
    const drops = layer.hinges.map(([at]) => {
      const from = Math.max(top.pixels[1], Math.min(top.pixels[0], top.at(value(layer, at))));
      return `M${x.at(at).toFixed(1)} ${from.toFixed(1)}V${bottom.at(0)}`;
    });
    put(this.drops, { d: drops.join("") });
  }

  /**
   * What the selected hinge adds lies between the sum and the sum without it.
   * @param {Layout} layout
   * @param {View} view
   */
  #drawWedge({ x, top }, { layer, selected }) {
    const hinge = layer.hinges[selected];
    const rest = without(layer, selected);
    const bends = [0, 1, ...layer.hinges.map(([place]) => place)]
      .filter((at) => sign(hinge) * (at - hinge[0]) >= 0)
      .sort((one, other) => one - other);
    const path = (/** @type {number[]} */ places, /** @type {Layer} */ of) => {
      const ys = places.map((at) => value(of, at));
      return curve(places, ys, x, top);
    };
    const ghost = path(bends, rest);
    put(this.ghost, { d: ghost });
    put(this.wedge, { d: `${ghost}${path(bends.toReversed(), layer).replace("M", "L")}Z` });
  }

  /**
   * @param {Layout} layout
   * @param {View} view
   */
  #drawSummands({ x, bottom }, { layer, selected }) {
    const { offset, slope, hinges } = layer;
    const words = `hinge ${selected + 1}: ${formula(hinges[selected])}`;
    this.bottom.draw(x, bottom, [
      ["the summands", "text"],
      [words, "relu"],
    ]);
    put(this.line, { d: curve([0, 1], [offset, offset + slope], x, bottom) });
    const lines = several(this.hinges, hinges.length, () => svg("path"));
    hinges.forEach((hinge, index) => {
      const places = [0, hinge[0], 1];
      const ys = places.map((at) => rise(hinge, at));
      put(lines[index], {
        d: curve(places, ys, x, bottom),
        "stroke-width": index === selected ? 2.75 : 1.25,
      });
    });
  }
}

/**
 * Write a hinge as 2.0 · max(0, x − 0.50), or with 0.50 − x where it acts to the left.
 * @param {import("./hinges.mjs").Hinge} hinge
 */
function formula(hinge) {
  const [place, slope] = [fixed(hinge[0]), fixed(hinge[1], 1)];
  return `${slope} · max(0, ${sign(hinge) > 0 ? `x − ${place}` : `${place} − x`})`;
}
