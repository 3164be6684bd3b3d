/**
 * Which functions the state names: elementwise ones, and slices through those of a whole layer.
 * Along a slice one unit moves, z, and the others are held.
 */
import { short } from "../core/format.mjs";
import { activation, ELEMENTWISE } from "../core/formulas.mjs";
import { made } from "../core/formulas-straight.mjs";
import { GATES, VECTOR, vectorActivation } from "../core/formulas-vector.mjs";

/** @typedef {import("../core/formulas.mjs").Activation} Activation */
/** @typedef {import("../core/formulas-vector.mjs").VectorActivation} VectorActivation */

/**
 * @typedef {object} Chosen
 * @property {string} name  in the table ALL
 * @property {string} label  what stands beside its curve
 * @property {import("../core/formulas.mjs").Role} role
 * @property {number} twin  how many before it have the same role, and so the same colour
 * @property {readonly Activation[]} strands  one for each output that is drawn
 */

/**
 * What a slice needs beside the table: what its units are called, which of them moves, how many
 * outputs are drawn, and facts of these, from the value at which the other units are held.
 * @typedef {object} Slice
 * @property {readonly string[]} units
 * @property {number} moves  index of a unit
 * @property {number} outputs
 * @property {(held: number) => Partial<Activation>} facts
 */

/**
 * Return the slice of a g(b) along the gate's b: along a it would be a straight line.
 * @param {string} gate  name of g
 * @returns {Slice}
 */
function gateSlice(gate) {
  const { kinks, steepest } = activation(gate);
  const facts = (/** @type {number} */ held) => ({
    kinks,
    steepest: Math.abs(held) * steepest || 1,
  });
  return { units: ["a = ", "b = "], moves: 1, outputs: 1, facts };
}

/** @type {Readonly<Record<string, Slice>>} */
const SLICES = {
  softmax: { units: ["", "", ""], moves: 0, outputs: 1, facts: () => ({ steepest: 1 / 4 }) },
  crelu: { units: [""], moves: 0, outputs: 2, facts: () => ({ kinks: [0] }) },
  maxout: { units: ["", ""], moves: 0, outputs: 1, facts: (held) => ({ kinks: [held] }) },
  ...Object.fromEntries(Object.entries(GATES).map(([name, gate]) => [name, gateSlice(gate)])),
};
/** @type {Readonly<Record<string, string>>} as the formulas call them */
const SYMBOLS = { slope: "a", lower: "a", upper: "b", beta: "β", alpha: "α" };
const SLOTS = ["first", "second", "third"];

/** @typedef {import("../core/state.mjs").State} State */

/**
 * Return the entries of the state that hold the parameters of an activation. One that fits two
 * families has the family's name before its own.
 * @param {string} name
 * @param {State} state
 * @returns {[parameter: string, entry: string][]}
 */
function entries(name, state) {
  if (!Object.hasOwn(ELEMENTWISE, name)) return [];
  return Object.keys(ELEMENTWISE[name].parameters).map((parameter) => {
    const own = `${name}_${parameter}`;
    return [parameter, Object.hasOwn(state, own) ? own : parameter];
  });
}

/**
 * Return the functions that the state names, one to three of them. The parameters belong to the
 * first; the others are as the table has them.
 * @param {State} state
 * @returns {Chosen[]}
 */
export function chosen(state) {
  /** @type {Chosen[]} */
  const found = [];
  for (const slot of SLOTS) {
    const name = String(state[slot]);
    if (name === "none") continue;
    const tuned = slot === "first" ? entries(name, state) : [];
    const parameters = Object.fromEntries(tuned.map(([key, entry]) => [key, Number(state[entry])]));
    const one = Object.hasOwn(VECTOR, name)
      ? sliced(name, Number(state.held))
      : elementwise(name, parameters);
    found.push({ ...one, name, twin: found.filter(({ role }) => role === one.role).length });
  }
  return found;
}

/**
 * Return the entries of the state whose sliders these functions need.
 * @param {State} state
 * @returns {Set<string>}
 */
export function tunable(state) {
  const names = entries(String(state.first), state).map(([, entry]) => entry);
  const held = SLOTS.map((slot) => String(state[slot])).some(
    (name) => Object.hasOwn(VECTOR, name) && SLICES[name].units.length > 1,
  );
  return new Set(held ? [...names, "held"] : names);
}

/**
 * @param {string} name
 * @param {Readonly<Record<string, number>>} parameters
 */
function elementwise(name, parameters) {
  const { title, role } = ELEMENTWISE[name];
  const given = Object.entries(parameters).map(([key, one]) => `${SYMBOLS[key]} = ${short(one)}`);
  const label = [title, ...given].join(", ");
  return { label, role, strands: [activation(name, parameters)] };
}

/**
 * @param {string} name
 * @param {number} held
 */
function sliced(name, held) {
  const { title, role } = VECTOR[name];
  const { units, moves, outputs } = SLICES[name];
  const given = units.map((unit, i) => unit + (i === moves ? "z" : short(held)));
  const label = `${title}(${given.join(", ")})`;
  const strands = Array.from({ length: outputs }, (_, output) => strand(name, held, output));
  return { label, role, strands };
}

/**
 * Return one output as a function of the unit that moves.
 * @param {string} name
 * @param {number} held
 * @param {number} output
 */
function strand(name, held, output) {
  const { units, moves, facts } = SLICES[name];
  const f = vectorActivation(name);
  const layer = new Float64Array(units.length).fill(held);
  const grad = new Float64Array(f.width(layer.length));
  grad[output] = 1;
  /** @param {number} z */
  const at = (z) => {
    layer[moves] = z;
    return layer;
  };
  /** @param {number} z */
  const slope = (z) => f.vjp(at(z), grad)[moves];
  return made((z) => f.value(at(z))[output], slope, facts(held));
}
