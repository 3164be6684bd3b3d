/**
 * What the reader changed when. A training has one phase after the other; each is trained with
 * settings of its own, and goes on with the weights that the one before it left.
 */

/** @typedef {import("../core/state.mjs").State} State */

/** Entries of the state that act from a step on, in the order of a row of `past`. */
export const ACTING = ["learning_rate", "offset", "activation", "leak", "optimizer"];

/**
 * @typedef {object} Phase
 * @property {number} start  steps taken before it
 * @property {number} rate  the learning rate
 * @property {number} offset  what is added to both inputs of every example
 * @property {string} activation
 * @property {number} leak  slope of a leaky ReLU left of 0
 * @property {string} optimizer
 */

/**
 * Return the phases of a state in their order: those of the past, and what the controls say now.
 * @param {State} state
 * @returns {Phase[]}
 */
export function phases({ past, since, learning_rate, offset, activation, leak, optimizer }) {
  const rows = [.../** @type {Row[]} */ (past)].sort((one, other) => one[0] - other[0]);
  const now = /** @type {Row} */ ([since, learning_rate, offset, activation, leak, optimizer]);
  return [...rows.filter(([start]) => start < now[0]), now].map(toPhase);
}

/** @typedef {[number, number, number, string, number, string]} Row  as Python describes `past` */

/**
 * @param {Row} row
 * @returns {Phase}
 */
function toPhase([start, rate, offset, activation, leak, optimizer]) {
  return { start, rate, offset, activation, leak, optimizer };
}

/**
 * Return the phase that a step belongs to; what comes before the first phase belongs to it.
 * @param {readonly Phase[]} all
 * @param {number} step
 */
export function phaseAt(all, step) {
  return all.findLast(({ start }) => start <= step) ?? all[0];
}

/**
 * Return the changes of a state after which the controls act from this step on: what was before it
 * is past.
 * @param {State} state
 * @param {number} step
 */
export function actFrom(state, step) {
  const before = phases(state).filter(({ start }) => start < step);
  const past = before.map(({ start, rate, offset, activation, leak, optimizer }) => {
    return [start, rate, offset, activation, leak, optimizer];
  });
  return { past, since: step };
}
