/** The sentences under the picture. */
import { short } from "../core/format.mjs";

/** @typedef {import("./view.mjs").View} View */

const MUCH = 100; // a change by this factor, from end to end, has exploded or vanished
const SAME = 0.005; // of the critical gain

/** @param {number} factor */
function fate(factor) {
  if (factor > MUCH) return "explode";
  return factor < 1 / MUCH ? "vanish" : "survive";
}

/**
 * Name the phase: what becomes of small differences between inputs, and of gradients.
 * @param {View} view
 */
function phase({ gain, critical, factors }) {
  if (critical !== undefined && Math.abs(gain / critical - 1) < SAME) return "critical";
  return factors.gradient > 1 ? "chaotic" : "ordered";
}

/**
 * @param {View} view
 * @returns {string[]}
 */
export function readout(view) {
  const { theory, factors, depth, critical, title } = view;
  const signals = fate(theory.q[depth - 1] / theory.q[0]);
  const gradients = fate(theory.gradient[0]);
  const both =
    signals === gradients
      ? `signals and gradients ${signals}`
      : `signals ${signals}, gradients ${gradients}`;
  const said =
    ` (${phase(view)}). The last layer multiplies variances by ${short(factors.signal)}, and ` +
    `squared gradients by ${short(factors.gradient)} on the way back. In layer ${depth} theory ` +
    `has ${short(theory.q[depth - 1], 2)}${median(view)}. `;
  if (critical === undefined)
    return ["By theory ", both, `${said}For ${title} no gain is critical.`];
  return ["By theory ", both, `${said}The critical gain of ${title} is `, short(critical, 4), "."];
}

/** @param {View} view */
function median({ sampled, depth }) {
  if (sampled?.depth !== depth) return "";
  const ends = sampled.meanSquare.map((one) => one[depth - 1]).sort((a, b) => a - b);
  const middle = ends[Math.floor(ends.length / 2)];
  return `, the median of ${ends.length} networks ${short(middle, 2)}`;
}
