/** Curves on [0, 1] to fit, with values from 0 to 1. */

/** @type {Readonly<Record<string, (x: number) => number>>} */
export const TARGETS = Object.freeze({
  parabola: (x) => (2 * x - 1) ** 2,
  sine: (x) => 0.5 + 0.45 * Math.sin(2 * Math.PI * x),
  step: (x) => 1 / (1 + Math.exp(-24 * (x - 0.5))),
  zigzag: (x) => 1 - Math.abs(2 * ((4 * x) % 1) - 1),
});

/**
 * Return the root mean square distance of two curves, given at the same places.
 * @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other
 */
export function distance(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i += 1) sum += (one[i] - other[i]) ** 2;
  return Math.sqrt(sum / one.length);
}
