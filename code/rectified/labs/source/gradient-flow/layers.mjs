/** What is measured of a layer's numbers: their size, and how they are spread. */
import { BINS, DECADE, DECADES, REACHES } from "./sizes.mjs";

const SEEN = 1024; // numbers of a layer that a histogram looks at: those of the first examples

/** @typedef {[number, number]} Range */

/** @param {Float64Array} numbers */
export function rootMeanSquare(numbers) {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] * numbers[i];
  return Math.sqrt(sum / numbers.length);
}

/**
 * Return the range of the histograms of outputs: that of f, but not beyond `reach`.
 * @param {import("../core/formulas.mjs").Activation} f
 * @param {number} reach
 * @returns {Range}
 */
export function outputRange({ value }, reach) {
  const values = Array.from({ length: 161 }, (_, i) => value((i - 80) / 2));
  return [Math.max(Math.min(...values), -reach), Math.min(Math.max(...values), reach)];
}

/**
 * Return the entries that a histogram looks at.
 * @param {Float64Array} numbers (batch, width)
 * @param {number} width
 */
function seen(numbers, width) {
  return numbers.subarray(0, Math.min(numbers.length, Math.floor(SEEN / width) * width));
}

/**
 * Add the share of the outputs in each of BINS bins; what is beyond the range is in the last bin,
 * what is exactly 0 in none. Where h is 0, the activations' slopes are, too: gradients tell.
 * @param {Float64Array} outputs (batch, width)
 * @param {number} width
 * @param {Range} range
 * @param {Float64Array} shares (BINS)
 */
export function countOutputs(outputs, width, [low, high], shares) {
  const looked = seen(outputs, width);
  const scale = BINS / (high - low);
  for (let i = 0; i < looked.length; i++) {
    const bin = Math.floor((looked[i] - low) * scale);
    if (!Number.isNaN(bin) && looked[i] !== 0)
      shares[Math.min(Math.max(bin, 0), BINS - 1)] += 1 / looked.length;
  }
}

/**
 * Add the share of the gradients in each of DECADES bins of log10(|gradient| / size), and return
 * the share of those that are exactly 0, which are in none of them.
 * @param {Float64Array} gradients (batch, width)
 * @param {number} width
 * @param {number} size
 * @param {Float64Array} shares (DECADES)
 */
export function countGradients(gradients, width, size, shares) {
  const looked = seen(gradients, width);
  let zeros = 0;
  for (let i = 0; i < looked.length; i++) {
    if (looked[i] === 0) zeros += 1;
    const bin = Math.floor((Math.log10(Math.abs(looked[i]) / size) - REACHES[0]) * DECADE);
    if (bin >= 0 && bin < DECADES) shares[bin] += 1 / looked.length;
  }
  return zeros / looked.length;
}
