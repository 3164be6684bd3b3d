/**
 * Expectations under a normal density: panels, with 12 Gauss nodes in each, as in the Python
 * module `moments/quadrature.py`.
 *
 * The density wants panels of two standard deviations. A function that bends at a place, sharply
 * or over some distance, wants panels that shrink towards it: each is twice as wide as all that
 * lies between it and the place, down to a distance that no activation bends within. Beyond 12
 * standard deviations lies a share of 4e-33, which is left out.
 */
import { normalDensity } from "./special.mjs";

const REACH = 12; // standard deviations
const WIDTH = 2; // likewise
const FINEST = 1 / 16; // of z: no activation bends within less
const SHARE = 2 ** -40; // in standard deviations: what happens within does not count
const [NODES, WEIGHTS] = gaussLegendre(12);

/**
 * Return nodes and weights on [-1, 1], n of each: integrals of degree 2 n - 1 are exact.
 * @param {number} n
 */
function gaussLegendre(n) {
  const [nodes, weights] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5)); // near the root; Newton's steps go there
    let slope = 1;
    for (let k = 0; k < 6; k++) {
      let [before, p] = [1, x]; // P_0 and P_1
      for (let j = 2; j <= n; j++) {
        [before, p] = [p, ((2 * j - 1) * x * p - (j - 1) * before) / j];
      }
      slope = (n * (before - x * p)) / (1 - x * x);
      x -= p / slope;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return [nodes, weights];
}

/**
 * Where a normal is, and where what it goes into bends.
 * @typedef {{mean?: number, std?: number, breaks?: readonly number[]}} Setting
 */

/**
 * Return where panels end, in standard deviations from the mean.
 * @param {Required<Setting>} setting
 */
function ends({ mean, std, breaks }) {
  const found = [];
  for (let x = -REACH; x <= REACH; x += WIDTH) found.push(x);
  for (const place of breaks) {
    const x = (place - mean) / std;
    found.push(x);
    for (let d = Math.max(FINEST / std, SHARE); d < 2 * REACH; d *= 3) found.push(x - d, x + d);
  }
  return Float64Array.from(found.filter((x) => Math.abs(x) <= REACH)).sort();
}

/**
 * Return nodes z and weights: E[g(z)], z ~ N(mean, std²), is the sum of weights * g(z).
 * `std` is positive; `breaks` are where g jumps, has a kink, or changes quickly.
 * @param {Setting} setting
 */
export function rule({ mean = 0, std = 1, breaks = [0] }) {
  const edges = ends({ mean, std, breaks });
  const size = (edges.length - 1) * NODES.length;
  const [z, weights] = [new Float64Array(size), new Float64Array(size)];
  let n = 0;
  for (let i = 1; i < edges.length; i++) {
    const half = (edges[i] - edges[i - 1]) / 2;
    for (let j = 0; half > 0 && j < NODES.length; j++, n++) {
      const x = edges[i - 1] + half * (1 + NODES[j]);
      z[n] = mean + std * x;
      weights[n] = normalDensity(x) * half * WEIGHTS[j];
    }
  }
  return { z: z.subarray(0, n), weights: weights.subarray(0, n) };
}

/**
 * Return E[g(z)], z ~ N(mean, std²).
 * @param {(z: number) => number} g
 * @param {Setting} setting
 */
export function expectation(g, setting) {
  const { z, weights } = rule(setting);
  let total = 0;
  for (let i = 0; i < z.length; i++) total += weights[i] * g(z[i]);
  return total;
}
