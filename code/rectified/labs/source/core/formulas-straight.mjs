/** Activations made of pieces of polynomials; the choice at a kink is the book's. */

/**
 * An elementwise function f. NaN stays NaN, in value and slope.
 * @typedef {object} Activation
 * @property {(z: number) => number} value  f(z)
 * @property {(z: number) => number} slope  f'(z), and at a kink the slope that the book takes there
 * @property {readonly number[]} kinks  where f' jumps
 * @property {readonly number[]} jumps  where f jumps
 * @property {number} steepest  the supremum of |f'|, but 1 where that is 0 or infinite
 * @property {number | undefined} left  a, where f(z) is z for z > 0 and a z elsewhere
 */

/**
 * Make an activation; all have the same fields in the same order, so that they are found quickly.
 * @param {(z: number) => number} value
 * @param {(z: number) => number} slope
 * @param {Partial<Activation>} more
 * @returns {Activation}
 */
export function made(value, slope, { kinks = [], jumps = [], steepest = 1, left } = {}) {
  return { value, slope, kinks, jumps, steepest, left };
}

/**
 * Return 1 between low and high, 0 elsewhere and at both ends, NaN for NaN.
 * @param {number} z
 * @param {number} low
 * @param {number} high
 */
function inside(z, low, high) {
  if (z > low && z < high) return 1;
  return Number.isNaN(z) ? z : 0;
}

/**
 * Return z, or the end of [low, high] that is nearest to it.
 * @param {number} z
 * @param {number} low
 * @param {number} high
 */
export function clip(z, low, high) {
  return Math.min(Math.max(z, low), high);
}

/**
 * Return the activation z for z > 0, left * z elsewhere.
 * @param {number} left
 */
export function bent(left) {
  return made(
    left === 0 ? (z) => Math.max(z, 0) : (z) => (z > 0 ? z : left * z), // 0 * -Infinity is NaN
    (z) => (z > 0 ? 1 : z <= 0 ? left : z),
    { kinks: left === 1 ? [] : [0], steepest: Math.max(1, Math.abs(left)), left },
  );
}

export const step = () =>
  made(
    (z) => (Number.isNaN(z) ? z : Number(z >= 0)), // at its threshold the unit fires
    (z) => (Number.isNaN(z) ? z : 0),
    { jumps: [0] },
  );

export const hardSigmoid = () =>
  made(
    (z) => clip(z + 3, 0, 6) / 6,
    (z) => inside(z, -3, 3) / 6,
    { kinks: [-3, 3], steepest: 1 / 6 },
  );

export const hardTanh = () =>
  made(
    (z) => clip(z, -1, 1),
    (z) => inside(z, -1, 1),
    { kinks: [-1, 1] },
  );

export const relu6 = () =>
  made(
    (z) => clip(z, 0, 6),
    (z) => inside(z, 0, 6),
    { kinks: [0, 6] },
  );

export const squaredRelu = () =>
  made(
    (z) => Math.max(z, 0) ** 2,
    (z) => 2 * Math.max(z, 0),
  );

export const hardSwish = () =>
  made(
    (z) => Math.max(z, -3) * (clip(z + 3, 0, 6) / 6),
    (z) => (z >= 3 ? 1 : z <= -3 ? 0 : (2 * z + 3) / 6),
    { kinks: [-3, 3], steepest: 1.5 },
  );
