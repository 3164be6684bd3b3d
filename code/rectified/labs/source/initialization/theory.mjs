/** What mean-field theory says of the lab's network, and at which gain it is critical. */
import { criticalWeightVariance, meanField, moments } from "../core/moments.mjs";

/** @typedef {import("../core/formulas.mjs").Activation} Activation */

const DEEP = 100; // layers after which a signal is where it stays, or on its way to 0 or infinity
const NEAR = 0.1; // a chi that far from 1 belongs to no network that keeps its gradients

/**
 * What becomes of an input of mean square 1.
 * @typedef {object} Theory
 * @property {Float64Array} q  variance of the preactivations z of each layer
 * @property {Float64Array} gradient  E[(∂loss/∂z)²] of each layer, as a multiple of the last one's
 */

/** @typedef {{gain: number, biasStd: number, depth: number}} Network  two layers or more */

/**
 * @param {Activation} f
 * @param {Network} network
 * @returns {Theory}
 */
export function theory(f, { gain, biasStd, depth }) {
  const [weightVariance, biasVariance] = [gain ** 2, biasStd ** 2];
  const q0 = weightVariance + biasVariance;
  const { q, chi } = meanField(f, { depth, q0, weightVariance, biasVariance });
  const gradient = new Float64Array(depth).fill(1);
  for (let layer = depth - 2; layer >= 0; layer--) {
    gradient[layer] = gradient[layer + 1] * chi[layer];
  }
  return { q, gradient };
}

/**
 * Return the gain at the edge of chaos, to four digits; undefined where a deep network has none.
 *
 * For a line on either side of 0 chi is the same for each q, so that the gain alone decides.
 * For others chi may be 1 at a q that signals flee from; they never come to that edge.
 * @param {Activation} f
 * @param {Table} table  of f
 * @param {number} biasStd
 */
export function criticalGain(f, table, biasStd) {
  const weightVariance =
    f.left === undefined
      ? criticalWeightVariance(f, { biasVariance: biasStd ** 2 })
      : 1 / moments(f, {}).meanSquareSlope;
  if (weightVariance === undefined) return undefined;
  const gain = Math.sqrt(weightVariance);
  const { gradient } = table.factors({ gain, biasStd, depth: DEEP });
  return Math.abs(gradient - 1) < NEAR ? Number(gain.toPrecision(4)) : undefined;
}

const FIRST = Math.log(1e-12); // of ln q; beyond the table's ends the lines go on
const STEP = Math.log(10) / 4;
const KNOTS = 97;
const NOTHING = -1e4; // ln of what no double holds: its exp is 0 again

/** ln E[f(z)²] and ln E[f'(z)²] over ln q: for many gains at once, and right to a pixel. */
export class Table {
  /** @param {Activation} f */
  constructor(f) {
    this.square = new Float64Array(KNOTS);
    this.slope = new Float64Array(KNOTS);
    for (let knot = 0; knot < KNOTS; knot++) {
      const found = moments(f, { std: Math.exp((FIRST + knot * STEP) / 2) });
      this.square[knot] = Math.max(Math.log(found.meanSquare), NOTHING);
      this.slope[knot] = Math.max(Math.log(found.meanSquareSlope), NOTHING);
    }
  }

  /**
   * @param {Float64Array} values  this.square or this.slope
   * @param {number} lnQ
   */
  at(values, lnQ) {
    const place = (lnQ - FIRST) / STEP;
    const knot = Math.min(Math.max(Math.floor(place), 0), KNOTS - 2);
    return values[knot] + (place - knot) * (values[knot + 1] - values[knot]);
  }

  /**
   * Return by what the variance of z is multiplied from the last layer but one to the last, and
   * by what the mean square gradient is on the way back between them.
   * @param {Network} network
   */
  factors({ gain, biasStd, depth }) {
    const [lnWeights, lnBiases] = [2 * Math.log(gain), 2 * Math.log(biasStd)];
    let before = logAdd(lnWeights, lnBiases);
    let here = before;
    for (let layer = 1; layer < depth; layer++) {
      before = here;
      here = logAdd(lnWeights + this.at(this.square, before), lnBiases);
    }
    const gradient = Math.exp(lnWeights + this.at(this.slope, before));
    return { signal: Math.exp(here - before), gradient };
  }
}

/**
 * Return ln(exp(a) + exp(b)); a is finite.
 * @param {number} a
 * @param {number} b
 */
function logAdd(a, b) {
  const high = Math.max(a, b);
  return high + Math.log1p(Math.exp(Math.min(a, b) - high));
}
