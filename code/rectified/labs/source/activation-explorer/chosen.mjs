/**
 * Which functions the state names: elementwise ones, and slices through those of a whole layer.
 * Along a slice the first unit moves, z, and the others are held.
 */
import { short } from "../core/format.mjs";
import { activation, ELEMENTWISE } from "../core/formulas.mjs";
import { made } from "../core/formulas-straight.mjs";
import { VECTOR, vectorActivation } from "../core/formulas-vector.mjs";

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
 * What a slice needs beside the table: how many units are held, which outputs are drawn, and
 * facts of these, from the value at which the units are held and the slope at 0.
 * @typedef {object} Slice
 * @property {number} others
 * @property {number} outputs
 * @property {(held: number, slope: number) => Partial<Activation>} facts
 */

/** @type {Slice} a b, with b or its gate held: a straight line */
const LINE = { others: 1, outputs: 1, facts: (_, slope) => ({ steepest: Math.abs(slope) || 1 }) };
/** @type {Readonly<Record<string, Slice>>} */
const SLICES = {
  softmax: { others: 2, outputs: 1, facts: () => ({ steepest: 1 / 4 }) },
  crelu: { others: 0, outputs: 2, facts: () => ({ kinks: [0] }) },
  maxout: { others: 1, outputs: 1, facts: (held) => ({ kinks: [held] }) },
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
    (name) => Object.hasOwn(VECTOR, name) && (SLICES[name] ?? LINE).others > 0,
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
  const { others, outputs } = SLICES[name] ?? LINE;
  const label = `${title}(${["z", ...Array(others).fill(short(held))].join(", ")})`;
  const strands = Array.from({ length: outputs }, (_, output) => strand(name, held, output));
  return { label, role, strands };
}

/**
 * Return one output as a function of the first unit.
 * @param {string} name
 * @param {number} held
 * @param {number} output
 */
function strand(name, held, output) {
  const { others, facts } = SLICES[name] ?? LINE;
  const f = vectorActivation(name);
  const layer = new Float64Array(1 + others).fill(held);
  const grad = new Float64Array(f.width(layer.length));
  grad[output] = 1;
  /** @param {number} z */
  const at = (z) => {
    layer[0] = z;
    return layer;
  };
  /** @param {number} z */
  const slope = (z) => f.vjp(at(z), grad)[0];
  return made((z) => f.value(at(z))[output], slope, facts(held, slope(0)));
}
