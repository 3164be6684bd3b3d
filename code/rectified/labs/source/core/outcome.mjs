/** What distribution comes out of an activation when a normal one goes in. */
import { moments } from "./moments.mjs";
import { normalCdf } from "./special.mjs";

/** @typedef {import("./formulas.mjs").Activation} Activation */

const REACH = 8; // standard deviations: beyond lies a share of 1e-15
const PANELS = 4096; // from -REACH to REACH; within one, f and f' are taken for lines
const INSIDE = 1e-9; // of a piece: so far from its ends f is asked, as f' jumps there
export const SATURATED = 0.01; // of the steepest slope, as in `experiments/shapes/flatness.py`

/**
 * Masses are probabilities; those of bins, atoms, below and above add up to 1.
 * @typedef {object} Outcome
 * @property {number} mean
 * @property {number} variance
 * @property {number} zeros  probability that f(z) is exactly 0
 * @property {number} saturated  probability that |f'(z)| is less than 1 % of the steepest slope
 * @property {Float64Array} bins  mass in each of the bins from low to high, atoms left out
 * @property {{at: number, mass: number}[]} atoms  values that f takes on a whole interval
 * @property {number} below  mass below low, atoms left out
 * @property {number} above  likewise
 */

/**
 * Return what becomes of z ~ N(mean, spread²), spread positive.
 * @param {Activation} f
 * @param {{mean: number, spread: number, low: number, high: number, bins: number}} setting
 * @returns {Outcome}
 */
export function outcome(f, { mean, spread, low, high, bins }) {
  const histogram = new Histogram(low, high, bins);
  const atoms = [];
  let saturated = 0;
  for (const [from, to] of pieces(f)) {
    const a = Math.max((from - mean) / spread, -REACH);
    const b = Math.min((to - mean) / spread, REACH);
    if (a >= b) continue;
    const at = level(f, from, to);
    if (at === undefined) {
      saturated += pour(f, { mean, spread, a, b }, histogram);
    } else {
      const mass = normalCdf(b) - normalCdf(a);
      atoms.push({ at, mass });
      saturated += mass;
    }
  }
  const zeros = atoms.reduce((total, { at, mass }) => total + (at === 0 ? mass : 0), 0);
  const { mean: centre, variance } = moments(f, { mean, std: spread });
  const { below, above } = histogram;
  return { mean: centre, variance, zeros, saturated, bins: histogram.bins, atoms, below, above };
}

/**
 * Return the intervals on which f is smooth; one of their ends is 0.
 * @param {Activation} f
 * @returns {[from: number, to: number][]}
 */
function pieces({ kinks, jumps }) {
  const inner = [...new Set([0, ...kinks, ...jumps])].sort((a, b) => a - b);
  const starts = [Number.NEGATIVE_INFINITY, ...inner];
  return starts.map((from, i) => [from, inner[i] ?? Number.POSITIVE_INFINITY]);
}

/**
 * Return the one value that f takes between two ends, undefined if there are several.
 *
 * A slope that is 0 at two places tells: no smooth piece of the table has more than one such place.
 * @param {Activation} f
 * @param {number} from
 * @param {number} to
 */
function level(f, from, to) {
  const low = from === Number.NEGATIVE_INFINITY ? to - 1 : from;
  const high = Math.min(to, low + 1);
  const [first, second] = [low + (high - low) / 3, high - (high - low) / 3];
  if (f.slope(first) !== 0 || f.slope(second) !== 0) return undefined;
  return f.value(first) + 0; // -0 is 0
}

/**
 * Pour the outputs of one piece of f, from a to b standard deviations, into the histogram; return
 * how much of it is saturated.
 * @param {Activation} f
 * @param {{mean: number, spread: number, a: number, b: number}} setting
 * @param {Histogram} histogram
 */
function pour(f, { mean, spread, a, b }, histogram) {
  const panels = Math.ceil((PANELS * (b - a)) / (2 * REACH));
  const limit = SATURATED * f.steepest;
  let [value, slope, probability, saturated] = [0, 0, 0, 0];
  for (let i = 0; i <= panels; i++) {
    const x = a + ((b - a) * i) / panels;
    const z = mean + spread * (x + INSIDE * ((a + b) / 2 - x));
    const [nextValue, nextSlope, next] = [f.value(z), f.slope(z), normalCdf(x)];
    if (i > 0) {
      histogram.add(next - probability, value, nextValue);
      saturated += (next - probability) * share(slope, nextSlope, -limit, limit);
    }
    [value, slope, probability] = [nextValue, nextSlope, next];
  }
  return saturated;
}

/**
 * Return the share of the way from a to b that lies between low and high.
 * @param {number} a
 * @param {number} b
 * @param {number} low
 * @param {number} high
 */
function share(a, b, low, high) {
  if (a === b) return Number(low <= a && a < high);
  const [start, end] = [Math.min(a, b), Math.max(a, b)];
  return Math.max(0, Math.min(end, high) - Math.max(start, low)) / (end - start);
}

/** Mass in equal bins, and on both sides of them. */
class Histogram {
  below = 0;
  above = 0;

  /**
   * @param {number} low
   * @param {number} high
   * @param {number} bins
   */
  constructor(low, high, bins) {
    this.low = low;
    this.width = (high - low) / bins;
    this.bins = new Float64Array(bins);
  }

  /**
   * Spread mass evenly over the values from a to b.
   * @param {number} mass
   * @param {number} a
   * @param {number} b
   */
  add(mass, a, b) {
    const [start, end] = [(a - this.low) / this.width, (b - this.low) / this.width]; // in bins
    const n = this.bins.length;
    this.below += mass * share(start, end, Number.NEGATIVE_INFINITY, 0);
    this.above += mass * share(start, end, n, Number.POSITIVE_INFINITY);
    const last = Math.min(Math.max(start, end), n - 1);
    for (let i = Math.max(0, Math.floor(Math.min(start, end))); i <= last; i++) {
      this.bins[i] += mass * share(start, end, i, i + 1);
    }
  }
}
