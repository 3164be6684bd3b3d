/** A curve beside its target: the target, the line, and the area between them. */
import { put, svg } from "../core/dom.mjs";
import { colour, curve } from "../core/plot.mjs";
import { GRID } from "./hinges.mjs";
import { ends } from "./view.mjs";

/** @typedef {import("../core/scale.mjs").Scale} Scale */

const MANY = 200; // pieces, which thick lines would run together

export class Fitted {
  constructor() {
    this.between = svg("path", { fill: colour("div-n2"), opacity: 0.28 });
    this.target = svg("path", { stroke: colour("linear"), "stroke-width": 1.25 });
    this.line = svg("path", { stroke: colour("relu") });
    this.node = svg("g", {}, this.between, this.target, this.line);
  }

  /**
   * @param {Scale} x
   * @param {Scale} y
   * @param {import("./view.mjs").View} view
   */
  draw(x, y, { last, target, output }) {
    const { x: xs, y: ys } = ends(last);
    const width = last.length > MANY ? 1 : 2.75;
    put(this.line, { d: curve(xs, ys, x, y), "stroke-width": width });
    const d = target ? curve(GRID, target, x, y) : "";
    const back = target ? curve(GRID.toReversed(), output.toReversed(), x, y) : "";
    put(this.target, { d });
    put(this.between, { d: `${d}${back.replace("M", "L")}` });
  }
}
