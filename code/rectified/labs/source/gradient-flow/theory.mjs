/** What mean-field theory says of the network before its first step. */
import { meanField } from "../core/moments.mjs";

/**
 * @typedef {object} Law of the first weights; biases are 0
 * @property {import("../core/formulas.mjs").Activation} f
 * @property {number} depth  layers with weights
 * @property {number} width
 * @property {number} fanIn
 * @property {number} meanSquare  of the inputs, all taken to be of one length
 * @property {(fanIn: number, fanOut: number) => number} variance  of a weight, gain included
 */

/**
 * Root mean squares, one for each hidden layer.
 * @typedef {object} Theory
 * @property {Float64Array} output  of h
 * @property {Float64Array} gradient  of ∂loss/∂z, as a multiple of that of the last hidden layer
 */

/**
 * All hidden layers but the first have `width` inputs and outputs, so one number, width Var(w),
 * takes signals forward and gradients back.
 * @param {Law} law
 * @returns {Theory}
 */
export function theory({ f, depth, width, fanIn, meanSquare, variance }) {
  const found = meanField(f, {
    depth: depth - 1,
    q0: fanIn * variance(fanIn, width) * meanSquare,
    weightVariance: width * variance(width, width),
    biasVariance: 0,
  });
  const gradient = new Float64Array(depth - 1).fill(1);
  for (let layer = depth - 3; layer >= 0; layer--) {
    gradient[layer] = gradient[layer + 1] * Math.sqrt(found.chi[layer]);
  }
  return { output: found.meanSquare.map(Math.sqrt), gradient };
}
