/** What the plots draw: the state, what theory says of it, and what the worker measured. */
import { activation, ELEMENTWISE } from "../core/formulas.mjs";
import { colour } from "../core/plot.mjs";
import { criticalGain, Table, theory } from "./theory.mjs";

/**
 * @typedef {import("../core/formulas.mjs").Activation} Activation
 * @typedef {import("./job.mjs").Sampled} Sampled
 *
 * @typedef {object} Settings the lab's state
 * @property {string} activation
 * @property {number} gain
 * @property {number} bias_std
 * @property {number} depth
 * @property {number} width
 * @property {number} layer
 * @property {number} seed
 *
 * @typedef {object} Known what the gain does not change
 * @property {string} name
 * @property {Activation} f
 * @property {Table} table
 * @property {number | undefined} critical gain
 *
 * @typedef {object} View
 * @property {string} title of the activation
 * @property {string} ink its colour
 * @property {Activation} f
 * @property {Table} table
 * @property {number | undefined} critical
 * @property {number} gain
 * @property {number} biasStd
 * @property {number} depth
 * @property {number} layer the one whose histogram is shown, from 1
 * @property {import("./theory.mjs").Theory} theory
 * @property {{signal: number, gradient: number}} factors of the last layer
 * @property {number} reach how far from 0 the histogram goes
 * @property {Sampled | undefined} sampled none before the worker has answered
 */

export const REACH = 4; // of a histogram, in theory's standard deviations

/**
 * @param {Settings} settings
 * @param {Known} [before]
 * @returns {Known}
 */
export function known({ activation: name, bias_std: biasStd }, before) {
  const { f, table } = before?.name === name ? before : made(name);
  return { name, f, table, critical: criticalGain(f, table, biasStd) };
}

/** @param {string} name */
function made(name) {
  const f = activation(name);
  return { f, table: new Table(f) };
}

/**
 * Return by what the last layer multiplies the variance of z, and squared gradients on the way
 * back, to as many digits as are no rounding; undefined where numbers cannot hold them.
 * @param {import("./theory.mjs").Theory} theory
 */
function ofLast({ q, gradient }) {
  const last = q.length - 1;
  const [signal, back] = [q[last] / q[last - 1], gradient[last - 1]].map((factor) =>
    Number(factor.toPrecision(12)),
  );
  return Number.isFinite(signal + back) ? { signal, gradient: back } : undefined;
}

/**
 * @param {Settings} settings
 * @param {Known} known
 * @returns {View}
 */
export function view({ gain, bias_std: biasStd, depth, layer: chosen }, { name, ...known }) {
  const { title, role } = ELEMENTWISE[name];
  const network = { gain, biasStd, depth };
  const layer = Math.min(chosen, depth);
  const said = theory(known.f, network);
  return {
    ...known,
    ...network,
    title,
    ink: colour(role),
    layer,
    theory: said,
    factors: ofLast(said) ?? known.table.factors(network),
    reach: REACH * Math.sqrt(said.q[layer - 1]),
    sampled: undefined,
  };
}
