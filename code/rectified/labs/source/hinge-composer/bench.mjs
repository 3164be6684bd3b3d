/** The hinges in hand: which are shown, which one is selected, and what can be done to them. */
import { faint, flat, sign, widest, zigzag } from "./hinges.mjs";
import { TARGETS } from "./targets.mjs";
import { layerOf, Trainer } from "./trainer.mjs";

/**
 * @typedef {import("./hinges.mjs").Hinge} Hinge
 * @typedef {import("./hinges.mjs").Layer} Layer
 */

const SELECTED = 1; // at the start: the second hinge

export class Bench {
  /** @param {import("../core/lab.mjs").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.selected = SELECTED;
    this.layer = layerOf(stage.state);
    this.trainer = new Trainer(stage, (layer) => {
      this.layer = layer;
    });
  }

  /**
   * Take over what the state says, unless the training is ahead of it.
   * @param {boolean} led by a try or Reset, which end the training
   */
  follow(led) {
    if (led) this.#leave();
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

  #leave() {
    this.trainer.drop();
    this.selected = SELECTED;
  }

  /**
   * Follow another curve: in one layer from hinges that can learn any of them, for those that fit
   * the last one may have no way to this one.
   * @param {string} target
   */
  aim(target) {
    const fresh = this.layers === 1 && Object.hasOwn(TARGETS, target);
    this.trainer.drop();
    this.stage.set({ target, ...(fresh ? entries(flat(this.layer.hinges.length)) : {}) });
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
    this.stage.set(entries(this.layer));
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
   * Keep the first so many hinges, or put new ones into the middle of the widest gaps; a start for a
   * training, which nobody has touched, stays one.
   * @param {number} count
   */
  resize(count) {
    const untouched = same(this.layer, flat(this.layer.hinges.length));
    this.put(untouched ? flat(count) : { hinges: this.#resized(count) });
    this.select(count - 1);
  }

  /** @param {number} count */
  #resized(count) {
    const hinges = this.layer.hinges.slice(0, count);
    while (hinges.length < count) hinges.push(faint(middle(hinges), hinges.length));
    return hinges;
  }

  fold() {
    this.put(zigzag(this.layer.hinges.length));
  }
}

/**
 * @param {Layer} one
 * @param {Layer} other
 */
function same(one, other) {
  return JSON.stringify(entries(one)) === JSON.stringify(entries(other));
}

/**
 * Write a layer as the state has it.
 * @param {Layer} layer
 */
function entries({ offset, slope, hinges }) {
  return { offset, slope, hinges: hinges.map((hinge) => [...hinge]) };
}

/**
 * Return the middle of the widest gap between hinges and ends.
 * @param {readonly Hinge[]} hinges
 */
function middle(hinges) {
  const places = hinges.map(([place]) => place).sort((one, other) => one - other);
  return Number(widest([0, ...places, 1]).toFixed(2));
}
