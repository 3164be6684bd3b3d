/** Where the parts of the picture lie, in pixels. */
import { linear } from "../core/scale.mjs";
import { REACH } from "./measured.mjs";

/** @typedef {import("../core/scale.mjs").Scale} Scale */

/**
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {boolean} narrow
 * @property {Scale} x  of z: the curves and the bell share it
 * @property {Scale} y  of f(z): the curves and what comes out share it
 * @property {Scale} share  to the right, from 0 to 1: its square roots are equally spaced
 * @property {number} top  of the bell
 * @property {number} base  of the bell
 */

const [TINY, NARROW] = [350, 480];
const TICKS = [0.01, 0.5, 0.1, 1]; // the last ones where there is little room
const [LEFT, TOP] = [32, 30];
const TALL = { curves: 300, narrow: 250, bell: 72 };
const NOTE = 58; // room at the right end of a bar for its share

/**
 * @param {number} width
 * @param {[number, number]} values  that f(z) and f'(z) take
 * @returns {Layout}
 */
export function layout(width, values) {
  const narrow = width < NARROW;
  const across = Math.round(width * (narrow ? 0.32 : 0.26));
  const bottom = TOP + (narrow ? TALL.narrow : TALL.curves);
  const top = bottom + 46;
  const base = top + TALL.bell;
  return {
    width,
    narrow,
    x: linear([-REACH, REACH], [LEFT, width - across - (narrow ? 12 : 22)], narrow ? 6 : 12),
    y: linear(values, [bottom, TOP], 6),
    share: roots([width - across, width - NOTE], TICKS.slice(narrow ? (width < TINY ? 3 : 2) : 0)),
    top,
    base,
    height: base + 26,
  };
}

/**
 * A scale for shares, on which 1 % is a tenth as long as 100 %: thin tails are seen, too.
 * @param {[number, number]} pixels
 * @param {number[]} ticks
 * @returns {Scale}
 */
function roots(pixels, ticks) {
  const { at, from } = linear([0, 1], pixels);
  return {
    at: (share) => at(Math.sqrt(share)),
    from: (pixel) => from(pixel) ** 2,
    ticks,
    values: [0, 1],
    pixels,
  };
}
