/**
 * The elementwise activations of the book, with the names, titles and parameters that
 * `rectified.activations.ELEMENTWISE` has.
 */
import * as smooth from "./formulas-smooth.mjs";
import * as straight from "./formulas-straight.mjs";

/** @typedef {import("./formulas-straight.mjs").Activation} Activation */

/**
 * What a slider offers. A family takes more: whatever its check lets through.
 * @typedef {{initial: number, low: number, high: number, step: number}} Parameter
 */

/** @typedef {"relu" | "leaky" | "sigmoid" | "tanh" | "smooth" | "linear"} Role */

/**
 * An activation, or a family of them: `make` takes the parameters in their order.
 * @typedef {object} Entry
 * @property {string} title
 * @property {Role} role  which colour it has, in figures as in labs
 * @property {Readonly<Record<string, Parameter>>} parameters
 * @property {(...parameters: number[]) => Activation} make  throws RangeError for bad parameters
 */

/**
 * @param {string} name
 * @param {number} parameter
 */
function checkPositive(name, parameter) {
  if (!(parameter > 0 && Number.isFinite(parameter))) {
    throw new RangeError(`${name} must be positive and finite, got ${parameter}`);
  }
}

/** @param {number} slope */
function prelu(slope) {
  if (!Number.isFinite(slope)) throw new RangeError(`slope must be finite, got ${slope}`);
  return straight.bent(slope);
}

/** @param {number} slope */
function leakyRelu(slope) {
  if (!(slope > 0 && slope < 1)) {
    throw new RangeError(`slope must lie between 0 and 1, got ${slope}`);
  }
  return straight.bent(slope);
}

/**
 * As it is after training: with the mean of the slopes.
 * @param {number} lower
 * @param {number} upper
 */
function rrelu(lower, upper) {
  if (!(lower > 0 && lower < upper && upper < 1)) {
    const got = `${lower}, ${upper}`;
    throw new RangeError(`lower and upper must satisfy 0 < lower < upper < 1, got ${got}`);
  }
  return straight.bent((lower + upper) / 2);
}

/**
 * Return the function that makes members of a family whose one parameter is positive.
 * @param {string} name
 * @param {(parameter: number) => Activation} make
 */
function positive(name, make) {
  return (/** @type {number} */ parameter) => {
    checkPositive(name, parameter);
    return make(parameter);
  };
}

/** @type {Parameter} */
const BETA = { initial: 1, low: 0.1, high: 10, step: 0.1 };
/** @type {Parameter} */
const ALPHA = { initial: 1, low: 0.1, high: 5, step: 0.1 };
const RRELU = {
  lower: { initial: 1 / 8, low: 0.005, high: 0.33, step: 0.005 },
  upper: { initial: 1 / 3, low: 1 / 3, high: 0.99, step: 0.01 }, // above lower, wherever both are
};

/**
 * @param {string} title
 * @param {Role} role
 * @param {Entry["make"]} make
 * @param {Entry["parameters"]} parameters
 * @returns {Entry}
 */
function entry(title, role, make, parameters = {}) {
  return Object.freeze({ title, role, parameters, make });
}

/** @type {Readonly<Record<string, Entry>>} */
export const ELEMENTWISE = Object.freeze({
  identity: entry("identity", "linear", () => straight.bent(1)),
  step: entry("Heaviside step", "linear", straight.step),
  sigmoid: entry("sigmoid", "sigmoid", smooth.sigmoid),
  hard_sigmoid: entry("hard sigmoid", "sigmoid", straight.hardSigmoid),
  tanh: entry("tanh", "tanh", smooth.tanh),
  hard_tanh: entry("hard tanh", "tanh", straight.hardTanh),
  softsign: entry("softsign", "tanh", smooth.softsign),
  relu: entry("ReLU", "relu", () => straight.bent(0)),
  relu6: entry("ReLU6", "relu", straight.relu6),
  leaky_relu: entry("leaky ReLU", "leaky", leakyRelu, {
    slope: { initial: 0.01, low: 0.01, high: 0.99, step: 0.01 },
  }),
  prelu: entry("PReLU", "leaky", prelu, {
    slope: { initial: 0.25, low: -1, high: 2, step: 0.05 },
  }),
  rrelu: entry("RReLU", "leaky", rrelu, RRELU),
  squared_relu: entry("squared ReLU", "smooth", straight.squaredRelu),
  hard_swish: entry("hard Swish", "smooth", straight.hardSwish),
  softplus: entry("softplus", "smooth", positive("beta", smooth.softplus), { beta: BETA }),
  elu: entry("ELU", "smooth", positive("alpha", smooth.elu), { alpha: ALPHA }),
  celu: entry("CELU", "smooth", positive("alpha", smooth.celu), { alpha: ALPHA }),
  selu: entry("SELU", "smooth", smooth.selu),
  gelu: entry("GELU", "smooth", smooth.gelu),
  gelu_tanh: entry("GELU (tanh form)", "smooth", smooth.geluTanh),
  silu: entry("SiLU", "smooth", smooth.silu),
  mish: entry("Mish", "smooth", smooth.mish),
});

/**
 * Return the parameters in the order in which `make` takes them; those not given are the initial.
 * Throws RangeError for a parameter that the entry does not have.
 * @param {{parameters: Entry["parameters"]}} entry
 * @param {Readonly<Record<string, number>>} given
 */
export function ordered({ parameters }, given) {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(parameters, name));
  if (unknown !== undefined) {
    throw new RangeError(`parameters must be among [${Object.keys(parameters)}], got ${unknown}`);
  }
  return Object.entries(parameters).map(([name, { initial }]) => given[name] ?? initial);
}

/**
 * Return the activation of that name. Throws RangeError for a name that the table does not have,
 * and for parameters that its family refuses.
 * @param {string} name
 * @param {Readonly<Record<string, number>>} parameters
 */
export function activation(name, parameters = {}) {
  if (!Object.hasOwn(ELEMENTWISE, name)) {
    throw new RangeError(`name must be one of [${Object.keys(ELEMENTWISE)}], got ${name}`);
  }
  return ELEMENTWISE[name].make(...ordered(ELEMENTWISE[name], parameters));
}

/**
 * Write f(z[i]) to h[i] for i < n; h may be z itself.
 *
 * Two lines have a loop of their own, three to seven times as fast. For the others the engine puts
 * `value` into the loop only while it has seen no other, as in a worker that trains one network:
 * that takes ten nanoseconds off each entry.
 * @param {Activation} f
 * @param {Float64Array} z
 * @param {Float64Array} h
 * @param {number} n
 */
export function fill(f, z, h, n) {
  const { value, left } = f;
  if (left === undefined) {
    for (let i = 0; i < n; i++) h[i] = value(z[i]);
  } else if (left === 0) {
    for (let i = 0; i < n; i++) h[i] = Math.max(z[i], 0);
  } else {
    for (let i = 0; i < n; i++) h[i] = z[i] > 0 ? z[i] : left * z[i];
  }
}

/**
 * Write f'(z[i]) to slope[i] for i < n; slope may be z itself.
 * @param {Activation} f
 * @param {Float64Array} z
 * @param {Float64Array} slope
 * @param {number} n
 */
export function fillSlope(f, z, slope, n) {
  const { slope: at, left } = f;
  if (left === undefined) {
    for (let i = 0; i < n; i++) slope[i] = at(z[i]);
  } else {
    for (let i = 0; i < n; i++) slope[i] = z[i] > 0 ? 1 : z[i] <= 0 ? left : z[i];
  }
}
