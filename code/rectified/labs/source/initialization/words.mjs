/** The sentences under the picture. */
import { html } from "../core/dom.mjs";
import { short } from "../core/format.mjs";

/** @typedef {import("./view.mjs").View} View */

const SAME = 0.005; // of the critical gain

/** Return what marks and words mean. */
export function key() {
  return [
    "Input: mean square 1. u: standard normal; σ",
    html("sub", {}, "b"),
    ": spread of biases. Dashed: the mean square gradient, on the same axis. Ordered: gradients, " +
      "and small differences between inputs, shrink layer by layer; chaotic: they grow.",
  ];
}

/**
 * Write what theory says, whether a number can hold it or not.
 * @param {number} q  above 0
 */
export function size(q) {
  if (q > 0 && q < Number.POSITIVE_INFINITY) return short(q, 2);
  return `${q === 0 ? "less" : "more"} than numbers can hold`;
}

/**
 * Write a factor, which may be 0.
 * @param {number} factor
 * @param {number} digits
 */
export function times(factor, digits) {
  return factor < Number.POSITIVE_INFINITY ? short(factor, digits) : size(factor);
}

/**
 * Name the phase: what becomes of small differences between inputs, and of gradients. Where f jumps
 * these two part, and there is no name.
 * @param {View} view
 */
function phase({ f, gain, critical, factors }) {
  if (f.jumps.length > 0) return "";
  if (critical !== undefined && Math.abs(gain / critical - 1) < SAME) return ": critical";
  return factors.gradient > 1 ? ": chaotic" : ": ordered";
}

/**
 * @param {View} view
 * @returns {string[]}
 */
export function readout(view) {
  const { theory, factors, depth, critical, title } = view;
  const last =
    `. The last layer multiplies variances by ${times(factors.signal, 3)}, and squared gradients ` +
    `by ${times(factors.gradient, 3)}${phase(view)}. `;
  return [
    `By theory the variance of z goes from ${short(theory.q[0], 2)} in layer 1 to `,
    size(theory.q[depth - 1]),
    ` in layer ${depth}${measured(view)}; on the way back squared gradients are multiplied by `,
    times(theory.gradient[0], 2),
    `${last}${critical === undefined ? "" : `The critical gain of ${title} is `}`,
    critical === undefined ? `For ${title} no gain is critical` : short(critical, 4),
    ".",
  ];
}

/** @param {View} view */
function measured({ sampled, depth }) {
  if (sampled?.depth !== depth) return "";
  const ends = sampled.meanSquare.map((one) => one[depth - 1]).sort((a, b) => a - b);
  const n = ends.length;
  const middle = (ends[Math.floor((n - 1) / 2)] + ends[Math.floor(n / 2)]) / 2;
  const zeros = ends.filter((one) => one === 0).length;
  const silent = zeros > 0 ? `, and ${zeros} of them end at 0` : "";
  return ` (the median of ${n} networks: ${middle === 0 ? "0" : size(middle)}${silent})`;
}
