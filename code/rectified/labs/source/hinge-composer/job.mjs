/** Gradient descent on the places and slopes of hinges, by hand: it knows no page. */
import { OPTIMIZERS } from "../core/optimizers.mjs";
import { GRID, sign } from "./hinges.mjs";
import { TARGETS } from "./targets.mjs";

export const STEPS = 6000; // then it is finished
export const RATE = 0.005; // of Adam

/**
 * @typedef {object} Settings
 * @property {string} target a name in TARGETS
 * @property {number} layers that share the hinges
 * @property {import("./hinges.mjs").Layer} layer where it starts
 * @property {number} reach bound of offset and slopes; places keep to [0, 1]
 *
 * @typedef {object} Frame
 * @property {Float64Array} theta offset, slope, slopes of the hinges, places of the hinges
 * @property {number} steps
 * @property {boolean} finished
 */

/** The mean square distance to the target, and its way down. */
export class Fit {
  /** @param {Settings} settings */
  constructor({ target, layers, layer, reach }) {
    const { offset, slope, hinges } = layer;
    this.count = hinges.length;
    this.reach = reach;
    this.signs = hinges.map(sign);
    const [places, slopes] = [hinges.map(([place]) => place), hinges.map((hinge) => hinge[1])];
    this.theta = Float64Array.of(offset, slope, ...slopes, ...places);
    this.gradient = new Float64Array(this.theta.length);
    this.slots = [0, 1].map(() => new Float64Array(this.theta.length)); // Adam's
    this.y = GRID.map(TARGETS[target]);
    /** What each layer takes, and last what comes out. */
    this.signals = Array.from({ length: layers + 1 }, () => GRID.slice());
    this.steps = 0;
    this.look();
  }

  get finished() {
    return this.steps >= STEPS;
  }

  /** Take one step; whoever leaves the bounds is put back onto them. */
  step() {
    this.steps += 1;
    OPTIMIZERS.Adam.update(this.theta, this.gradient, this.slots, RATE, this.steps);
    const places = 2 + this.count;
    this.theta.forEach((entry, i) => {
      const [low, high] = i < places ? [-this.reach, this.reach] : [0, 1];
      this.theta[i] = Math.min(high, Math.max(low, entry));
    });
    this.look();
  }

  /** Send the grid forward and the loss's gradient back. */
  look() {
    const { signals, y, gradient } = this;
    const last = signals.length - 1;
    for (let l = 0; l < last; l += 1) this.forward(signals[l], signals[l + 1]);
    const back = signals[last].map((h, i) => (2 * (h - y[i])) / y.length);
    this.loss = signals[last].reduce((sum, h, i) => sum + (h - y[i]) ** 2, 0) / y.length;
    gradient.fill(0);
    for (let l = last - 1; l >= 0; l -= 1) this.backward(signals[l], back);
  }

  /**
   * @param {Float64Array} x
   * @param {Float64Array} h is filled with f(x)
   */
  forward(x, h) {
    const { theta, count, signs } = this;
    for (let i = 0; i < x.length; i += 1) {
      h[i] = theta[0] + theta[1] * x[i];
      for (let k = 0; k < count; k += 1) {
        h[i] += theta[2 + k] * Math.max(0, signs[k] * (x[i] - theta[2 + count + k]));
      }
    }
  }

  /**
   * Add one layer's share to the gradient, for the layers share their hinges.
   * @param {Float64Array} x what the layer took
   * @param {Float64Array} back ∂loss/∂f(x); it becomes ∂loss/∂x
   */
  backward(x, back) {
    const { theta, gradient, count, signs } = this;
    for (let i = 0; i < x.length; i += 1) {
      let slope = theta[1];
      gradient[0] += back[i];
      gradient[1] += back[i] * x[i];
      for (let k = 0; k < count; k += 1) {
        const z = signs[k] * (x[i] - theta[2 + count + k]);
        if (z <= 0) continue; // ReLU's slope is 0 here, at 0 as well
        gradient[2 + k] += back[i] * z;
        gradient[2 + count + k] -= back[i] * theta[2 + k] * signs[k];
        slope += theta[2 + k] * signs[k];
      }
      back[i] *= slope;
    }
  }

  /** @returns {Frame} */
  frame() {
    return { theta: this.theta.slice(), steps: this.steps, finished: this.finished };
  }
}
