/** What the functions make of the bell, and where the picture has to reach. */
import { made } from "../core/formulas-straight.mjs";
import { outcome, SATURATED } from "../core/outcome.mjs";

/** @typedef {import("./chosen.mjs").Chosen} Chosen */
/** @typedef {import("../core/formulas.mjs").Activation} Activation */
/** @typedef {import("../core/outcome.mjs").Outcome} Outcome */

export const REACH = 6; // of the z axis, to both sides
export const BINS = 44;
const STEP = 0.05; // of z: kinks and held units lie on it
const TALLEST = { value: [-3, 6], slope: [-1.5, 2.5] }; // what is beyond is cut off
const AIR = 0.06; // of the height, above and below

/** The places at which curves are drawn. */
export const PLACES = Float64Array.from({ length: (2 * REACH) / STEP + 1 }, (_, i) =>
  Number((i * STEP - REACH).toFixed(2)),
);

/**
 * Return the lowest and the highest value that the picture shows: those of values and slopes.
 * @param {readonly Chosen[]} all
 * @returns {[number, number]}
 */
export function sight(all) {
  let [low, high] = [0, 0.5];
  for (const f of all.flatMap(({ strands }) => strands)) {
    for (const z of PLACES) {
      for (const kind of /** @type {const} */ (["value", "slope"])) {
        const [least, most] = TALLEST[kind];
        const h = Math.min(Math.max(f[kind](z), least), most);
        [low, high] = [Math.min(low, h), Math.max(high, h)];
      }
    }
  }
  const air = AIR * (high - low);
  return [low - air, high + air];
}

/**
 * Return a function whose slope is the steepest of all outputs, as a multiple of the most that each
 * can have: where it has next to none, z is lost to all of them.
 * @param {readonly Activation[]} strands
 */
function together(strands) {
  if (strands.length === 1) return strands[0];
  /** @param {number} z */
  const slope = (z) => Math.max(...strands.map((f) => Math.abs(f.slope(z)) / f.steepest));
  return made(strands[0].value, slope, { kinks: strands.flatMap(({ kinks }) => kinks) });
}

/**
 * Return what becomes of z ~ N(mean, spread²): of several outputs the mean, but a z is saturated
 * only where all of them are.
 * @param {Chosen} one
 * @param {{mean: number, spread: number}} bell
 * @param {[number, number]} shown
 * @returns {Outcome}
 */
export function measured({ strands }, { mean, spread }, [low, high]) {
  const setting = { mean, spread, low, high, bins: BINS };
  const outcomes = strands.map((f) => outcome(f, setting));
  const n = outcomes.length;
  /** @param {"mean" | "variance" | "zeros" | "below" | "above"} key */
  const average = (key) => outcomes.reduce((total, one) => total + one[key], 0) / n;
  return {
    mean: average("mean"),
    variance: average("variance"),
    zeros: average("zeros"),
    saturated: (n === 1 ? outcomes[0] : outcome(together(strands), setting)).saturated,
    below: average("below"),
    above: average("above"),
    bins: outcomes[0].bins.map((_, i) => outcomes.reduce((sum, { bins }) => sum + bins[i], 0) / n),
    atoms: merged(outcomes.flatMap(({ atoms }) => atoms)).map(({ at, mass }) => ({
      at,
      mass: mass / n,
    })),
  };
}

/**
 * Return atoms with one entry for each value.
 * @param {readonly {at: number, mass: number}[]} atoms
 */
function merged(atoms) {
  /** @type {Map<number, number>} */
  const masses = new Map();
  for (const { at, mass } of atoms) masses.set(at, (masses.get(at) ?? 0) + mass);
  return [...masses].map(([at, mass]) => ({ at, mass }));
}

/**
 * Return for each of PLACES but the last whether no output has a slope worth naming from there to
 * the next.
 * @param {Chosen} one
 */
export function closed({ strands }) {
  const { slope, steepest } = together(strands);
  return Array.from(
    PLACES.subarray(1),
    (z) => Math.abs(slope(z - STEP / 2)) < SATURATED * steepest,
  );
}
