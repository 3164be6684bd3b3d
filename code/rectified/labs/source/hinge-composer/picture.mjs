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
const BEYOND = 1.25; // bounds grow to this, and then by the factor 2

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
    this.values = VALUES;
    this.held = false;
    this.#hold();
  }

  /** As long as the hand drags, what it drags on stays: only then the axis fits the line again. */
  #hold() {
    const { signal } = this.bench.stage;
    this.root.addEventListener("pointerdown", () => this.#held(true), { signal });
    this.root.addEventListener("lostpointercapture", () => this.#held(false), { signal });
  }

  /** @param {boolean} held */
  #held(held) {
    this.held = held;
    this.bench.stage.invalidate();
  }

  /**
   * @param {number} width
   * @param {import("./view.mjs").View} view
   */
  draw(width, view) {
    if (!this.held) this.values = bounds(view.first.flatMap(({ y }) => y));
    const layout = arranged(width, view.layers > 1, this.values);
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
 * @param {[number, number]} values of the upper panel
 * @returns {Layout}
 */
function arranged(width, folds, values) {
  const gap = 36; // for the lower panel's title
  const middle = folds ? 214 : 268;
  return {
    x: linear([0, 1], [46, width - 18], 5),
    top: linear(values, [middle, 26], 3),
    bottom: linear(folds ? VALUES : [-1.25, 1.25], [FOOT, middle + gap], 3),
  };
}

/**
 * Return bounds that hold the values: mostly the same, and few others, so that the axis seldom jumps.
 * @param {number[]} values
 * @returns {[number, number]}
 */
function bounds(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return [low < VALUES[0] ? -grown(-low) : VALUES[0], high > VALUES[1] ? grown(high) : VALUES[1]];
}

/** @param {number} size */
function grown(size) {
  return BEYOND * 2 ** Math.max(0, Math.ceil(Math.log2(size / BEYOND)));
}
