/** The straight pieces of one or more layers of hinges on [0, 1], found exactly, not by sampling. */
import { slopeAt, value } from "./hinges.mjs";

/** @typedef {import("./hinges.mjs").Layer} Layer */

/**
 * @typedef {object} Segment a function between two places, where it is straight
 * @property {[number, number]} x
 * @property {[number, number]} y
 * @property {number} slope the product of the layers' slopes there, so free of small differences
 */

const NEAR = 1e-9; // places as near as this are one
const ROUNDING = 1e-12; // of slopes, relative to the largest that the hinges could make

/**
 * Return the pieces, from left to right; neighbours have different slopes.
 * @param {Layer} layer
 * @param {number} layers
 */
export function pieces(layer, layers) {
  /** @type {Segment[]} */
  let segments = [{ x: [0, 1], y: [0, 1], slope: 1 }];
  for (let l = 0; l < layers; l += 1) segments = segments.flatMap((one) => bent(layer, one));
  return joined(segments, ROUNDING * steepest(layer) ** layers);
}

/**
 * Send a segment through a layer: its values, y, are what the layer takes.
 * @param {Layer} layer
 * @param {Segment} segment
 * @returns {Segment[]}
 */
function bent(layer, { x, y, slope }) {
  const [low, high] = [Math.min(...y), Math.max(...y)];
  const near = NEAR * Math.max(1, Math.abs(low), Math.abs(high));
  const way = y[1] > y[0] ? 1 : -1;
  const inner = layer.hinges
    .map(([place]) => place)
    .filter((place) => place - low > near && high - place > near)
    .sort((one, other) => way * (one - other));
  const cuts = [y[0], ...inner.filter((place, i) => i === 0 || place !== inner[i - 1]), y[1]];
  const at = (/** @type {number} */ z) =>
    z === y[0] ? x[0] : x[0] + ((z - y[0]) / (y[1] - y[0])) * (x[1] - x[0]);
  return cuts.slice(1).map((end, index) => ({
    x: [at(cuts[index]), index === inner.length ? x[1] : at(end)],
    y: [value(layer, cuts[index]), value(layer, end)],
    slope: slope * slopeAt(layer, (cuts[index] + end) / 2),
  }));
}

/**
 * Make one piece of neighbours between which the slope does not change.
 * @param {Segment[]} segments
 * @param {number} rounding
 */
function joined(segments, rounding) {
  const found = [segments[0]];
  for (const next of segments.slice(1)) {
    const last = found[found.length - 1];
    if (Math.abs(next.slope - last.slope) > rounding) found.push(next);
    else
      found[found.length - 1] = { ...last, x: [last.x[0], next.x[1]], y: [last.y[0], next.y[1]] };
  }
  return found;
}

/** @param {Layer} layer */
function steepest({ slope, hinges }) {
  return hinges.reduce((sum, hinge) => sum + Math.abs(hinge[1]), Math.abs(slope));
}
