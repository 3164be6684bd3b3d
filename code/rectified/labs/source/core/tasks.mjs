/** What labs learn: the seeded sets of `rectified.data` that they need, drawn the same way. */
import { LOSSES } from "./losses.mjs";

/** @typedef {import("./random.mjs").Generator} Generator */

/**
 * @typedef {object} Examples
 * @property {Float64Array} x (n, fanIn)
 * @property {Float64Array} y  labels (n), or values (n, fanOut)
 */

/**
 * `noise` is the standard deviation of what is added to inputs, in a curve to values.
 * @typedef {object} Task
 * @property {string} title
 * @property {number} fanIn
 * @property {number} fanOut
 * @property {import("./losses.mjs").Loss} loss
 * @property {(n: number, rng: Generator, noise?: number) => Examples} draw
 */

/** A point of the plane for a class and a number from [0, 1). @typedef {[number, number]} Point */

/**
 * Return a task of two classes, by turns, in the plane.
 * @param {string} title
 * @param {(label: number, unit: number) => Point} place
 * @param {number} usual  noise
 * @returns {Task}
 */
function classes(title, place, usual) {
  return Object.freeze({
    title,
    fanIn: 2,
    fanOut: 2,
    loss: LOSSES.softmax_cross_entropy,
    draw(/** @type {number} */ n, /** @type {Generator} */ rng, noise = usual) {
      const y = Float64Array.from({ length: n }, (_, index) => index % 2);
      const clean = Array.from(y, (label) => place(label, rng.uniform())).flat();
      return { x: Float64Array.from(clean, (entry) => entry + noise * rng.normal()), y };
    },
  });
}

/**
 * Return a task of one number that is a function of another.
 * @param {string} title
 * @param {(x: number) => number} value
 * @param {[number, number]} interval
 * @returns {Task}
 */
function curve(title, value, interval) {
  return Object.freeze({
    title,
    fanIn: 1,
    fanOut: 1,
    loss: LOSSES.mean_squared_error,
    draw(/** @type {number} */ n, /** @type {Generator} */ rng, noise = 0) {
      const x = Float64Array.from({ length: n }, () => rng.uniform(...interval));
      return { x, y: x.map((point) => value(point) + noise * rng.normal()) };
    },
  });
}

/**
 * @param {number} radius
 * @param {number} angle
 * @returns {Point}
 */
const polar = (radius, angle) => [radius * Math.cos(angle), radius * Math.sin(angle)];

/** @type {Readonly<Record<string, Task>>} */
export const TASKS = Object.freeze({
  two_circles: classes(
    "two circles",
    (label, unit) => polar(label === 0 ? 0.5 : 1, 2 * Math.PI * unit),
    0.1,
  ),
  moons: classes(
    "two moons",
    (label, unit) => {
      const [x, y] = polar(1, Math.PI * unit);
      return label === 0 ? [x, y] : [1 - x, 0.5 - y];
    },
    0.1,
  ),
  spirals: classes(
    "spirals",
    (label, unit) => {
      const t = 0.1 + 0.9 * unit;
      return polar(t, 2 * Math.PI * (1.5 * t + label / 2));
    },
    0.02,
  ),
  sine: curve("sine", Math.sin, [-Math.PI, Math.PI]),
});
