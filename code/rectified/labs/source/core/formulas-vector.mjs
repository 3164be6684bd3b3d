/**
 * The activations that act on a whole vector, with the names, titles and parameters that
 * `rectified.activations.VECTOR` has: they mix its entries, or change its length.
 */
import { activation, ELEMENTWISE, ordered } from "./formulas.mjs";

/**
 * A function of vectors. `value` and `vjp` return new arrays, and throw RangeError for a length
 * that they cannot take.
 * @typedef {object} VectorActivation
 * @property {(units: number) => number} width  units in -> units out; throws RangeError
 * @property {(z: Float64Array) => Float64Array} value
 * @property {(z: Float64Array, grad: Float64Array) => Float64Array} vjp  gradient by z of the sum
 *     of grad * value(z)
 */

/**
 * @typedef {object} VectorEntry
 * @property {string} title
 * @property {import("./formulas.mjs").Role} role
 * @property {Readonly<Record<string, import("./formulas.mjs").Parameter>>} parameters
 * @property {(...parameters: number[]) => VectorActivation} make  throws RangeError
 */

/**
 * Return the activation with its lengths checked.
 * @param {VectorActivation} formulas
 * @returns {VectorActivation}
 */
function checked({ width, value, vjp }) {
  return {
    width,
    value(z) {
      width(z.length);
      return value(z);
    },
    vjp(z, grad) {
      const units = width(z.length);
      if (grad.length !== units) {
        throw new RangeError(`grad must hold ${units} entries, got ${grad.length}`);
      }
      return vjp(z, grad);
    },
  };
}

/** @param {Float64Array} numbers */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/**
 * Return exp(z) / sum(exp(z)), shifted so that the largest exponent is 0.
 * @param {Float64Array} z
 */
function probabilities(z) {
  const top = z.reduce((a, b) => Math.max(a, b));
  const e = z.map((one) => Math.exp(one - top));
  const total = sum(e);
  return e.map((one) => one / total);
}

const softmax = () =>
  checked({
    width(units) {
      if (units < 1) throw new RangeError(`z must hold at least one unit, got ${units}`);
      return units;
    },
    value: probabilities,
    vjp(z, grad) {
      const p = probabilities(z);
      const mean = sum(p.map((one, i) => one * grad[i]));
      return p.map((one, i) => one * (grad[i] - mean));
    },
  });

/** Return [max(0, z), max(0, -z)]. */
function crelu() {
  const { slope } = activation("relu");
  return checked({
    width: (units) => 2 * units,
    value: (z) => Float64Array.from([...z, ...z.map((one) => -one)], (one) => Math.max(one, 0)),
    vjp: (z, grad) => z.map((one, i) => grad[i] * slope(one) - grad[z.length + i] * slope(-one)),
  });
}

/**
 * Return the maximum over groups of consecutive entries. In a tie the first takes the whole
 * gradient; a NaN is the maximum, and its slope is NaN.
 * @param {number} pieces
 */
function maxout(pieces) {
  if (!(Number.isInteger(pieces) && pieces >= 2)) {
    throw new RangeError(`pieces must be an integer of at least 2, got ${pieces}`);
  }
  /**
   * Return the place of the maximum of a group.
   * @param {Float64Array} z
   * @param {number} group
   */
  function winner(z, group) {
    let best = group * pieces;
    for (let i = best + 1; i < (group + 1) * pieces && !Number.isNaN(z[best]); i++) {
      if (!(z[i] <= z[best])) best = i;
    }
    return best;
  }
  return checked({
    width(units) {
      if (units % pieces === 0) return units / pieces;
      throw new RangeError(`z must hold a multiple of ${pieces} units, got ${units}`);
    },
    value: (z) => Float64Array.from({ length: z.length / pieces }, (_, i) => z[winner(z, i)]),
    vjp(z, grad) {
      const result = new Float64Array(z.length);
      grad.forEach((one, group) => {
        const i = winner(z, group);
        result[i] = Number.isNaN(z[i]) ? z[i] : one;
      });
      return result;
    },
  });
}

/**
 * Return a * g(b), [a, b] = z: the second half is the gate.
 * @param {string} gate  name of g
 */
function gated(gate) {
  const g = activation(gate);
  return checked({
    width(units) {
      if (units % 2 === 0) return units / 2;
      throw new RangeError(`z must hold an even number of units, got ${units}`);
    },
    value: (z) => z.slice(0, z.length / 2).map((a, i) => a * g.value(z[z.length / 2 + i])),
    vjp: (z, grad) =>
      z.map((one, i) => {
        const half = grad.length;
        return i < half
          ? grad[i] * g.value(z[half + i])
          : grad[i - half] * z[i - half] * g.slope(one);
      }),
  });
}

/**
 * @param {string} title
 * @param {VectorEntry["role"]} role
 * @param {VectorEntry["make"]} make
 * @param {VectorEntry["parameters"]} parameters
 * @returns {VectorEntry}
 */
function entry(title, role, make, parameters = {}) {
  return Object.freeze({ title, role, parameters, make });
}

/**
 * @param {string} title
 * @param {string} gate
 */
const gatedEntry = (title, gate) => entry(title, ELEMENTWISE[gate].role, () => gated(gate));

/** g of each a * g(b), by its name in ELEMENTWISE. */
export const GATES = Object.freeze({
  glu: "sigmoid",
  reglu: "relu",
  geglu: "gelu",
  swiglu: "silu",
});

/** @type {Readonly<Record<string, VectorEntry>>} */
export const VECTOR = Object.freeze({
  softmax: entry("softmax", "sigmoid", softmax),
  crelu: entry("CReLU", "relu", crelu),
  maxout: entry("maxout", "relu", maxout, { pieces: { initial: 2, low: 2, high: 4, step: 1 } }),
  glu: gatedEntry("GLU", GATES.glu),
  reglu: gatedEntry("ReGLU", GATES.reglu),
  geglu: gatedEntry("GEGLU", GATES.geglu),
  swiglu: gatedEntry("SwiGLU", GATES.swiglu),
});

/**
 * Return the vector activation of that name. Throws RangeError for a name that the table does not
 * have, and for parameters that its family refuses.
 * @param {string} name
 * @param {Readonly<Record<string, number>>} parameters
 */
export function vectorActivation(name, parameters = {}) {
  if (!Object.hasOwn(VECTOR, name)) {
    throw new RangeError(`name must be one of [${Object.keys(VECTOR)}], got ${name}`);
  }
  return VECTOR[name].make(...ordered(VECTOR[name], parameters));
}
