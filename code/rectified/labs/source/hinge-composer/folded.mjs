/** Several layers of the same hinges: one layer above, all of them below, and why pieces multiply. */
import { put, svg, write } from "../core/dom.mjs";
import { colour, curve, label } from "../core/plot.mjs";
import { Fitted } from "./fitted.mjs";
import { value, widest } from "./hinges.mjs";
import { several } from "./panel.mjs";
import { counted } from "./said.mjs";
import { ends } from "./view.mjs";

/**
 * @typedef {import("./picture.mjs").Layout} Layout
 * @typedef {import("./view.mjs").View} View
 */

const DOTS = 100; // kinks that can still be told apart

export class Folded {
  /** @param {import("./picture.mjs").Picture} picture */
  constructor({ top, bottom }) {
    this.top = top;
    this.bottom = bottom;
    this.columns = svg("path", { fill: colour("sunken") });
    this.level = svg("path", { stroke: colour("rule-strong"), "stroke-width": 0.75 });
    this.one = svg("path", { stroke: colour("relu"), "stroke-width": 2.75 });
    this.fitted = new Fitted();
    this.dots = svg("g", { fill: colour("relu") });
    this.crossings = svg("g", { fill: colour("surface"), stroke: colour("text") });
    const halo = { stroke: colour("surface"), "stroke-width": 4, "paint-order": "stroke" };
    this.words = label("", { ...halo, "text-anchor": "middle" });
    top.node.prepend(this.columns, this.level);
    top.inside.append(this.one);
    top.outside.append(this.crossings, this.words);
    bottom.inside.append(this.fitted.node);
    bottom.outside.append(this.dots);
    this.nodes = [this.columns, this.level, this.one, this.fitted.node, this.dots];
    this.nodes.push(this.crossings, this.words);
  }

  /**
   * @param {Layout} layout
   * @param {View} view
   */
  draw(layout, view) {
    for (const node of this.nodes) put(node, { display: view.layers > 1 ? null : "none" });
    if (view.layers === 1) return;
    this.#drawFirst(layout, view);
    this.#drawLast(layout, view);
    this.#drawCrossings(layout, view);
  }

  /**
   * @param {Layout} layout
   * @param {View} view
   */
  #drawFirst({ x, top, bottom }, { first }) {
    this.top.draw(x, top, [
      ["f(x)", "relu"],
      [counted(first.length, "piece"), "text"],
    ]);
    const { x: xs, y: ys } = ends(first);
    put(this.one, { d: curve(xs, ys, x, top) });
    const [head, foot] = [top.pixels[1], bottom.pixels[0]];
    const shaded = first.filter((_, index) => index % 2 === 1);
    const columns = shaded.map(
      ({ x: [left, right] }) =>
        `M${x.at(left).toFixed(1)} ${head}V${foot}H${x.at(right).toFixed(1)}V${head}Z`,
    );
    put(this.columns, { d: columns.join("") });
  }

  /**
   * @param {Layout} layout
   * @param {View} view
   */
  #drawLast({ x, bottom }, view) {
    const { layer, layers, last } = view;
    const most = (layer.hinges.length + 1) ** layers;
    this.bottom.draw(x, bottom, [
      [`${"f(".repeat(layers)}x${")".repeat(layers)}`, "relu"],
      [`${last.length} of at most ${counted(most, "piece")}`, "text"],
    ]);
    this.fitted.draw(x, bottom, view);
    const kinks = last.slice(1).filter(() => last.length <= DOTS);
    const inSight = kinks.filter(({ y: [y] }) => y >= bottom.values[0] && y <= bottom.values[1]);
    const dots = several(this.dots, inSight.length, () => svg("circle", { r: 2.75 }));
    inSight.forEach((kink, index) => {
      put(dots[index], { cx: x.at(kink.x[0]).toFixed(1), cy: bottom.at(kink.y[0]).toFixed(1) });
    });
  }

  /**
   * Where the first layer's line crosses the place of a hinge, the next layer bends.
   * @param {Layout} layout
   * @param {View} view
   */
  #drawCrossings({ x, top, bottom }, { layer, first, selected }) {
    const [place] = layer.hinges[selected];
    const crossed = first.filter(({ y }) => (y[0] - place) * (y[1] - place) < 0);
    const lefts = crossed.map(({ x: [left, right], y }) =>
      x.at(left + ((place - y[0]) / (y[1] - y[0])) * (right - left)).toFixed(1),
    );
    const level = top.at(place);
    const drops = lefts.map((at) => `M${at} ${level}V${bottom.pixels[0]}`);
    put(this.level, { d: `M${x.pixels[0]} ${level}H${x.pixels[1]}${drops.join("")}` });
    const marks = several(this.crossings, crossed.length, () => svg("circle", { r: 3.5 }));
    lefts.forEach((at, index) => {
      put(marks[index], { cx: at, cy: level.toFixed(1) });
    });
    write(this.words, lefts.length > 0 ? `hinge ${selected + 1} of layer 2` : "");
    const crossings = lefts.map((at) => x.from(Number(at)));
    const middle = widest([0, ...crossings, 1]);
    const above = value(layer, middle) < place; // the side where the line is not
    put(this.words, { x: x.at(middle), y: level + (above ? -6 : 16) });
  }
}
