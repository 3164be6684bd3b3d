/** The hinges in hand: which are shown, which one is selected, and what can be done to them. */
import { sign, zigzag } from "./hinges.mjs";
import { layerOf, Trainer } from "./trainer.mjs";

/**
 * @typedef {import("./hinges.mjs").Hinge} Hinge
 * @typedef {import("./hinges.mjs").Layer} Layer
 */

const NEW_SLOPE = 2;

export class Bench {
  /** @param {import("../core/lab.mjs").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.selected = 1;
    this.layer = layerOf(stage.state);
    this.trainer = new Trainer(stage, (layer) => {
      this.layer = layer;
    });
  }

  /** Take over what the state says, unless the training is ahead of it. */
  follow() {
    this.trainer.follow();
    if (!this.trainer.running) this.layer = layerOf(this.stage.state);
    this.selected = Math.min(this.selected, this.layer.hinges.length - 1);
  }

  get layers() {
    return Number(this.stage.state.layers);
  }

  get most() {
    return this.stage.schema.hinges.most;
  }

  /** @param {number} index */
  select(index) {
    this.selected = index;
    this.stage.invalidate();
  }

  /**
   * Change the layer by hand; training ends.
   * @param {Partial<Layer>} changes
   */
  put(changes) {
    this.trainer.drop();
    this.layer = { ...this.layer, ...changes };
    const { offset, slope, hinges } = this.layer;
    this.stage.set({ offset, slope, hinges: hinges.map((hinge) => [...hinge]) });
  }

  /**
   * @param {number} index
   * @param {(hinge: Hinge) => Hinge} change
   */
  change(index, change) {
    this.put({ hinges: this.layer.hinges.map((one, k) => (k === index ? change(one) : one)) });
  }

  /** @param {number} index */
  turn(index) {
    this.change(index, (hinge) => [hinge[0], hinge[1], sign(hinge) > 0 ? "left" : "right"]);
  }

  /**
   * Keep the first so many hinges, or put new ones into the middle of the widest gaps.
   * @param {number} count
   */
  resize(count) {
    const hinges = this.layer.hinges.slice(0, count);
    while (hinges.length < count) hinges.push([middle(hinges), NEW_SLOPE, "right"]);
    this.put({ hinges });
    this.select(count - 1);
  }

  fold() {
    this.put(zigzag(this.layer.hinges.length));
  }
}

/**
 * Return the middle of the widest gap between hinges and ends.
 * @param {readonly Hinge[]} hinges
 */
function middle(hinges) {
  const ends = [0, ...hinges.map(([place]) => place).sort((one, other) => one - other), 1];
  const gaps = ends.slice(1).map((end, index) => end - ends[index]);
  const widest = gaps.indexOf(Math.max(...gaps));
  return Number((ends[widest] + gaps[widest] / 2).toFixed(2));
}
