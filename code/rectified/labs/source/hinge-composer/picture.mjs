/** Two panels over one axis: what the hand drags above, its summands or its next layers below. */
import { put, svg } from "../core/dom.mjs";
import { Axis } from "../core/plot.mjs";
import { linear } from "../core/scale.mjs";
import { Folded } from "./folded.mjs";
import { Grips } from "./grips.mjs";
import { Panel } from "./panel.mjs";
import { Summed } from "./summed.mjs";

/**
 * @typedef {import("../core/scale.mjs").Scale} Scale
 * @typedef {object} Layout
 * @property {Scale} x
 * @property {Scale} top
 * @property {Scale} bottom
 */

const HEIGHT = 476;
const FOOT = 438; // of the lower panel
const VALUES = /** @type {[number, number]} */ ([-0.25, 1.25]);

export class Picture {
  /** @param {import("./bench.mjs").Bench} bench */
  constructor(bench) {
    this.bench = bench;
    this.axis = new Axis("x");
    this.top = new Panel();
    this.bottom = new Panel();
    this.summed = new Summed(this);
    this.folded = new Folded(this);
    this.grips = new Grips(bench);
    const panels = [this.top.node, this.bottom.node];
    this.root = svg("svg", { height: HEIGHT }, this.axis.node, ...panels, this.grips.node);
  }

  /**
   * @param {number} width
   * @param {import("./view.mjs").View} view
   */
  draw(width, view) {
    const layout = arranged(width, view.layers > 1);
    put(this.root, { viewBox: `0 0 ${width} ${HEIGHT}` });
    this.axis.draw(layout.x, FOOT, "x");
    this.summed.draw(layout, view);
    this.folded.draw(layout, view);
    this.grips.draw(layout);
  }
}

/**
 * @param {number} width
 * @param {boolean} folds whether the lower panel is as tall as the upper one
 * @returns {Layout}
 */
function arranged(width, folds) {
  const gap = 36; // for the lower panel's title
  const middle = folds ? 214 : 268;
  return {
    x: linear([0, 1], [46, width - 18], 5),
    top: linear(VALUES, [middle, 26], 3),
    bottom: linear(folds ? VALUES : [-1.25, 1.25], [FOOT, middle + gap], 3),
  };
}
