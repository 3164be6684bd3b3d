/** What the picture shows, in one or two sentences. */
import { short } from "../core/format.mjs";
import { EXAMPLES, UNITS } from "./sizes.mjs";

/** @typedef {import("./run.mjs").Run} Run */
/** @typedef {import("./phases.mjs").Phase} Phase */

/** @type {Readonly<Record<string, string>>} */
const NAMES = { relu: "ReLU", leaky_relu: "leaky ReLU", elu: "ELU", gelu: "GELU", silu: "SiLU" };

/**
 * Return the readout, cut where bold begins and ends.
 * @param {Run} run
 * @param {number} step
 */
export function readout(run, step) {
  const { dead } = run.count(step);
  const [bold, why] = dead > 0 ? ofDead(dead) : ofOthers(run, step);
  const [past, back, rest] = history(run, step);
  return [`At step ${step}, `, bold, `${why} ${past}`, back, rest];
}

/** @param {number} dead */
function ofDead(dead) {
  return [
    `${dead} of ${UNITS} units ${dead === 1 ? "is" : "are"} dead`,
    `: slope 0 on all ${EXAMPLES} examples, so gradient 0.`,
  ];
}

/**
 * @param {Run} run
 * @param {number} step
 */
function ofOthers(run, step) {
  const { off, faint } = run.count(step);
  if (off === 0) return ["no unit is dead", "."];
  const tail = faint > 0 ? `, ${faint} of them with slopes below 0.01 everywhere` : "";
  return [
    "no unit is dead",
    `, but ${off} ${off === 1 ? "is" : "are"} active on no example${tail}.`,
  ];
}

/**
 * @param {Run} run
 * @param {number} step
 */
function history(run, step) {
  const { died, back } = run.changes(step);
  const start = run.count(0).dead;
  const end = `; loss ${short(run.frame.loss[step], 2)}.${ending(run, step)}`;
  if (start + died === 0) return ["So far ", "none has died", end];
  const early = start > 0 ? `${start} began dead, ` : "";
  return [
    `So far ${early}${died} died, `,
    back === 0 ? "none came back" : `${back} came back`,
    end,
  ];
}

/**
 * @param {Run} run
 * @param {number} step
 */
function ending({ frame, taken }, step) {
  return frame.diverged && step === taken ? " In the next step a number was not finite." : "";
}

/**
 * Say what became of a unit.
 * @param {Run} run
 * @param {number} step
 * @param {number} unit
 */
export function fateOf(run, step, unit) {
  const fate = run.fate(step, unit);
  if (fate === "alive") {
    return `on ${Math.round(run.share(step, unit) * EXAMPLES)} of ${EXAMPLES} examples`;
  }
  const since = run.since(step, unit);
  const when = since === 0 ? "from the start" : `since step ${since}`;
  return fate === "dead" ? `dead ${when}` : `on no example ${when}`;
}

/**
 * Say what changed from one phase to the next.
 * @param {Phase} before
 * @param {Phase} after
 */
export function change(before, after) {
  const parts = [];
  if (after.rate !== before.rate) parts.push(`rate ${short(after.rate)}`);
  if (after.offset !== before.offset) parts.push(`offset ${short(after.offset)}`);
  const bend = (/** @type {Phase} */ { activation, leak }) => {
    return activation === "leaky_relu" ? `leak ${short(leak)}` : NAMES[activation];
  };
  if (bend(after) !== bend(before)) parts.push(bend(after));
  if (after.optimizer !== before.optimizer) parts.push(after.optimizer);
  return parts.join(", ") || "from here on";
}
