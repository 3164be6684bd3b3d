/** What the picture shows, in one or two sentences. */
import { short } from "../core/format.mjs";
import { EXAMPLES, UNITS } from "./sizes.mjs";

/** @typedef {import("./run.mjs").Run} Run */
/** @typedef {import("./phases.mjs").Phase} Phase */

/** What the marks mean. */
export const KEY =
  "Rows: the stronger the blue, the more examples a unit is active on; hatched: dead. δᵢ: the slope " +
  "of example i's loss by what the unit puts out.";

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
  const { died, back, active } = run.changes(step);
  const start = run.count(0).dead;
  const end = `; loss ${short(run.frame.loss[step], 2)}.${ending(run, step)}`;
  if (start + died === 0) return ["So far ", "none has died", end];
  const early = start > 0 ? `${start} began dead, ` : "";
  const later = start > 0 && died === 0 ? "no other" : String(died);
  return [`So far ${early}${later} died, `, returned(back, active), end];
}

/**
 * With a leak every unit has a slope; to be back it is active on some example as well.
 * @param {number} back  units that were dead and have a slope again
 * @param {number} active  how many of these are active
 */
function returned(back, active) {
  if (back === 0) return "none came back";
  if (back === active) return `${back} came back`;
  return `${back} ${back === 1 ? "has" : "have"} a slope again, ${active === 0 ? "none" : active} of them active`;
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
  /** @type {[name: string, from: string, to: string][]} */
  const all = [
    ["rate ", short(before.rate), short(after.rate)],
    ["offset ", short(before.offset), short(after.offset)],
    ["", bend(before), bend(after)],
    ["", before.optimizer, after.optimizer],
  ];
  const parts = all.filter(([, from, to]) => from !== to);
  return parts.map(([name, from, to]) => `${name}${from} → ${to}`).join(", ") || "from here on";
}

/** @param {Phase} phase */
function bend({ activation, leak }) {
  return activation === "leaky_relu" ? `leak ${short(leak)}` : NAMES[activation];
}

/**
 * Say what acted before the controls do; nothing if they act from the start.
 * @param {readonly Phase[]} all  phases
 */
export function acting(all) {
  const now = all[all.length - 1].start;
  if (all.length === 1) return "";
  const { rate, offset, optimizer } = all[0];
  const settings = [`rate ${short(rate)}`, `offset ${short(offset)}`, bend(all[0]), optimizer];
  const more = all.length > 2 ? ", and then as the picture says" : "";
  return `Up to step ${now}: ${settings.join(", ")}${more}. From there on:`;
}
