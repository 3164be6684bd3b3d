/** Numbers of this lab as a reader sees them. */
import { fixed, percent } from "../core/format.mjs";
import { colour } from "../core/plot.mjs";
import { BINS } from "./measured.mjs";

/** What the marks mean. */
export const KEY =
  "Grey below: saturated, with a slope of less than 1 % of the steepest. To the right: the share of " +
  `outputs in each of ${BINS} bins; a grey bar is the share of one exact value.`;

/** Keeps text readable over lines. */
export const HALO = { stroke: colour("surface"), "stroke-width": 4, "paint-order": "stroke" };

/**
 * Write a value, a slope or a moment.
 * @param {number} value
 */
export const number = (value) => fixed(value, 3);

/**
 * Write a share; a little is not nothing, and nearly all is not all.
 * @param {number} mass
 */
export function share(mass) {
  if (mass > 1e-9 && mass < 0.005) return "< 1 %";
  if (mass < 1 - 1e-9 && mass >= 0.995) return "> 99 %";
  return percent(mass);
}

/**
 * Write what each output is at a point, or its slope.
 * @param {readonly import("../core/formulas.mjs").Activation[]} strands
 * @param {"value" | "slope"} kind
 * @param {number} z
 */
export function each(strands, kind, z) {
  return strands.map((f) => number(f[kind](z))).join(", ");
}
