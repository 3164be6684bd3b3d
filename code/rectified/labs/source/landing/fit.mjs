/** A layer of ReLUs learns a curve on [-1, 1]. It knows no page. */
import { OPTIMIZERS } from "../core/optimizers.mjs";

const PIECES = 100; // no first kink of twelve lies on a point, where rounding would decide
export const XS = Float64Array.from({ length: PIECES + 1 }, (_, i) => (2 * i) / PIECES - 1);

/** @type {Readonly<Record<string, (x: number) => number>>} */
export const CURVES = Object.freeze({
  wave: (x) => 0.75 * Math.sin(4.2 * x - 0.4),
  steps: (x) => (x < -0.3 ? -0.6 : x < 0.35 ? 0.65 : -0.1),
  hill: (x) => 1.3 * Math.exp(-9 * x * x) - 0.55,
});

const STEEP = 4; // |w| at first
const FAINT = 0.1; // |v|: nearly flat, but enough for a gradient

/**
 * Return first parameters: kinks spread evenly, each other hinge acting to the left.
 * @param {number} hinges
 */
export function start(hinges) {
  const numbers = Array.from({ length: hinges }, (_, k) => k);
  const w = numbers.map((k) => (k % 2 === 0 ? -STEEP : STEEP));
  const v = numbers.map((k) => (k % 4 < 2 ? -FAINT : FAINT));
  const b = numbers.map((k) => -w[k] * ((2 * k + 1) / hinges - 1));
  return Float64Array.of(...w, ...v, ...b, 0);
}

/** f(x) = Σ v max(0, w x + b) + c on its way to a curve, by the mean square of what it is off. */
export class Fit {
  /**
   * @param {number} hinges
   * @param {Float64Array} y the curve at XS
   * @param {number} rate of Adam
   */
  constructor(hinges, y, rate) {
    this.hinges = hinges;
    this.rate = rate;
    this.theta = start(hinges); // all w, all v, all b, c
    this.gradient = new Float64Array(this.theta.length);
    this.y = y;
    this.steps = 0; // since the curve is this one
    this.slots = [0, 1].map(() => new Float64Array(this.theta.length)); // Adam's
  }

  /** Forget what the optimizer remembers: the curve is another one, and the hinges go on from here. */
  aim() {
    this.steps = 0;
    for (const slot of this.slots) slot.fill(0);
  }

  /** Take one step. */
  step() {
    this.steps += 1;
    this.gradient.fill(0);
    for (let i = 0; i < XS.length; i += 1) this.#blame(XS[i], this.y[i]);
    OPTIMIZERS.Adam.update(this.theta, this.gradient, this.slots, this.rate, this.steps);
  }

  /** The root mean square of what f is off. */
  get error() {
    const sum = XS.reduce((total, x, i) => total + (this.value(x) - this.y[i]) ** 2, 0);
    return Math.sqrt(sum / XS.length);
  }

  /** @param {number} x */
  value(x) {
    const { theta, hinges } = this;
    let sum = theta[3 * hinges];
    for (let k = 0; k < hinges; k += 1) {
      sum += theta[hinges + k] * Math.max(0, theta[k] * x + theta[2 * hinges + k]);
    }
    return sum;
  }

  /**
   * Add one point's share to the gradient.
   * @param {number} x
   * @param {number} y
   */
  #blame(x, y) {
    const { theta, gradient, hinges } = this;
    const back = (2 * (this.value(x) - y)) / XS.length;
    gradient[3 * hinges] += back;
    for (let k = 0; k < hinges; k += 1) {
      const z = theta[k] * x + theta[2 * hinges + k];
      if (z <= 0) continue; // ReLU's slope is 0 here, at 0 as well
      gradient[k] += back * theta[hinges + k] * x;
      gradient[hinges + k] += back * z;
      gradient[2 * hinges + k] += back * theta[hinges + k];
    }
  }
}
