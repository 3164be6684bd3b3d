/** What the job and the page agree on. */

export const EXAMPLES = 128; // all of them are in each step
export const LAST = 3000; // steps of a training
export const KEPT = 375; // intervals of a history at most: LAST is this times a power of two
export const GRID = 40; // places across the plane, and up; on a curve
export const REACH = 1.5; // of the plane, from its middle
export const BINS = 24; // of the outputs, over their range
export const DECADE = 4; // bins of the gradients to a power of ten
export const REACHES = /** @type {const} */ ([-3, 1]); // powers of ten about the root mean square
export const DECADES = DECADE * (REACHES[1] - REACHES[0]); // bins of the gradients

/**
 * Return GRID places from -reach to reach.
 * @param {number} reach
 */
export function span(reach) {
  return Float64Array.from({ length: GRID }, (_, i) => ((2 * i) / (GRID - 1) - 1) * reach);
}
