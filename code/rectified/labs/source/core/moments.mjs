/**
 * Gaussian moments of activations, and mean-field theory: what becomes of signals in a wide random
 * network, layer after layer. Words and formulas are those of the Python module
 * `moments/mean_field.py`.
 */
import { fill, fillSlope } from "./formulas.mjs";
import { rule } from "./quadrature.mjs";

export { expectation } from "./quadrature.mjs";

/** @typedef {import("./formulas.mjs").Activation} Activation */

/** @typedef {{weightVariance: number, biasVariance: number}} Network */

const NOTHING = 1e-12; // of q: a change that may be rounding

/**
 * What z ~ N(mean, std²) becomes under f, and what f does to gradients on the way back.
 * @typedef {object} Moments
 * @property {number} mean  E[f(z)]
 * @property {number} meanSquare  E[f(z)²]
 * @property {number} variance  E[f(z)²] - E[f(z)]²
 * @property {number} meanSquareSlope  E[f'(z)²]
 */

/**
 * Return the moments of f for z ~ N(mean, std²). At std 0 there is one z; its slope is the limit
 * for a std that falls to 0, so half of its square comes from each side.
 * @param {Activation} f
 * @param {{mean?: number, std?: number}} normal
 * @returns {Moments}
 */
export function moments(f, { mean = 0, std = 1 }) {
  if (std === 0) return momentsAt(f, mean);
  const { z, weights } = rule({ mean, std, breaks: [...new Set([0, ...f.kinks, ...f.jumps])] });
  const [h, slope] = [new Float64Array(z.length), new Float64Array(z.length)];
  fill(f, z, h, z.length);
  fillSlope(f, z, slope, z.length);
  const sums = { mean: 0, meanSquare: 0, variance: 0, meanSquareSlope: 0 };
  for (let i = 0; i < z.length; i++) {
    sums.mean += weights[i] * h[i];
    sums.meanSquare += weights[i] * h[i] * h[i];
    sums.meanSquareSlope += weights[i] * slope[i] * slope[i];
  }
  for (let i = 0; i < z.length; i++) {
    sums.variance += weights[i] * (h[i] - sums.mean) ** 2; // the difference above would cancel
  }
  return sums;
}

/**
 * @param {Activation} f
 * @param {number} z
 * @returns {Moments}
 */
function momentsAt(f, z) {
  const h = f.value(z);
  const d = Math.max(Number.MIN_VALUE, Math.abs(z) * Number.EPSILON);
  const meanSquareSlope = (f.slope(z - d) ** 2 + f.slope(z + d) ** 2) / 2;
  return { mean: h, meanSquare: h * h, variance: 0, meanSquareSlope };
}

/**
 * Return the variance of the next layer's preactivations, q being that of this layer's.
 * @param {Activation} f
 * @param {number} q
 * @param {Network} network
 */
export function varianceMap(f, q, { weightVariance, biasVariance }) {
  return weightVariance * moments(f, { std: Math.sqrt(q) }).meanSquare + biasVariance;
}

/**
 * Return what multiplies the mean square of a gradient on its way back through a layer.
 * @param {Activation} f
 * @param {number} q
 * @param {{weightVariance: number}} network
 */
export function chi(f, q, { weightVariance }) {
  return weightVariance * moments(f, { std: Math.sqrt(q) }).meanSquareSlope;
}

/**
 * What theory says of each layer from 1 to depth, one number for each.
 * @typedef {object} MeanField
 * @property {Float64Array} q  variance of the preactivations z
 * @property {Float64Array} meanSquare  E[f(z)²]
 * @property {Float64Array} chi  factor of the mean square of a gradient, from f(z) back to z and
 *     through the weights to the layer before
 */

/**
 * Follow the variance of preactivations through a network, from q0 in layer 1.
 * @param {Activation} f
 * @param {Network & {depth: number, q0: number}} network
 * @returns {MeanField}
 */
export function meanField(f, { depth, q0, weightVariance, biasVariance }) {
  const [q, meanSquare, chis] = Array.from({ length: 3 }, () => new Float64Array(depth));
  let here = q0;
  for (let layer = 0; layer < depth; layer++) {
    const found = moments(f, { std: Math.sqrt(here) });
    q[layer] = here;
    meanSquare[layer] = found.meanSquare;
    chis[layer] = weightVariance * found.meanSquareSlope;
    here = weightVariance * found.meanSquare + biasVariance;
  }
  return { q, meanSquare, chi: chis };
}

/**
 * Return the weight variance at which chi is 1 at a fixed point, the edge of chaos; undefined
 * where there is none. Without bias, and if f(0) = 0, the fixed point is q = 0; else it is the
 * smallest between 1e-20 and 1e12.
 * @param {Activation} f
 * @param {{biasVariance: number}} network
 */
export function criticalWeightVariance(f, { biasVariance }) {
  const besideZero = moments(f, { std: 0 });
  if (biasVariance === 0 && besideZero.mean === 0 && besideZero.meanSquareSlope > 0) {
    return 1 / besideZero.meanSquareSlope;
  }
  const q = smallestRoot((q) => {
    const { meanSquare, meanSquareSlope } = moments(f, { std: Math.sqrt(q) });
    return (meanSquare / meanSquareSlope + biasVariance) / q - 1;
  });
  return q === undefined ? undefined : 1 / chi(f, q, { weightVariance: 1 });
}

/**
 * Return the smallest variance at which `change` passes through 0, seen in steps of a factor of 2.
 * @param {(q: number) => number} change
 */
function smallestRoot(change) {
  let [low, before] = [0, 0];
  for (let q = 1e-20; q < 1e12; q *= 2) {
    const now = change(q);
    if (Math.abs(now) > NOTHING) {
      if (before * now < 0) return bisected(change, low, q, before);
      [low, before] = [q, now];
    }
  }
}

/**
 * Return the root between low and high, where `change` has the sign that it has at low.
 * @param {(q: number) => number} change
 * @param {number} low
 * @param {number} high
 * @param {number} sign
 */
function bisected(change, low, high, sign) {
  for (let k = 0; k < 50; k++) {
    const middle = (low + high) / 2;
    if (change(middle) * sign > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
