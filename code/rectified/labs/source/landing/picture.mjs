/** The paths of the picture, in a box of 640 by 300: x from -1 to 1, y from 1.36 to -1.36. */
import { XS } from "./fit.mjs";

/** @typedef {import("./fit.mjs").Fit} Fit */

const MIDDLE = 150;

/** @param {number} value */
export const across = (value) => 320 * (value + 1);
/** @param {number} value */
export const down = (value) => MIDDLE - 110 * value;

/**
 * @param {number} x
 * @param {number} y
 */
const point = (x, y) => `${across(x).toFixed(1)} ${down(y).toFixed(1)}`;

/**
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} ys
 */
const line = (xs, ys) => `M${Array.from(xs, (x, i) => point(x, ys[i])).join("L")}`;

/**
 * Dots are lines of no length with round ends: a path for all of them, as large as its stroke.
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} ys
 */
const dots = (xs, ys) => Array.from(xs, (x, i) => `M${point(x, ys[i])}h0`).join("");

/**
 * Return the hinges whose kink can be seen, in order: where it is, where the hinge ends, and how high.
 * @param {Fit} fit
 */
function seen({ theta, hinges }) {
  return Array.from({ length: hinges }, (_, k) => {
    const [w, v, b] = [theta[k], theta[hinges + k], theta[2 * hinges + k]];
    const end = Math.sign(w);
    return { kink: -b / w, end, height: v * (w * end + b) };
  })
    .filter(({ kink }) => Math.abs(kink) < 1)
    .sort((one, other) => one.kink - other.kink);
}

/**
 * Return a path for each part of the picture, and how many kinks there are to see.
 * @param {Fit} fit
 */
export function picture(fit) {
  const hinges = seen(fit);
  const kinks = hinges.map(({ kink }) => kink);
  const ends = [-1, ...kinks, 1];
  const each = hinges.map(({ kink, end, height }) => line([kink, end], [0, height]));
  const paths = {
    goal: line(XS, fit.y),
    up: each.filter((_, k) => hinges[k].height > 0).join(""),
    down: each.filter((_, k) => hinges[k].height <= 0).join(""),
    feet: dots(
      kinks,
      kinks.map(() => 0),
    ),
    net: line(
      ends,
      ends.map((x) => fit.value(x)),
    ),
    kinks: dots(
      kinks,
      kinks.map((x) => fit.value(x)),
    ),
  };
  return { paths, kinks: kinks.length };
}
