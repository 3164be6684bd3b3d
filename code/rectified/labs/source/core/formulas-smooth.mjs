/**
 * Smooth activations. Most formulas are arranged around exp(-|z|), which neither overflows nor
 * cancels, as in the Python modules `activations/smooth.py` and `activations/gated.py`.
 */
import { clip, made } from "./formulas-straight.mjs";
import { normalDensity, normalHazard } from "./special.mjs";

const { abs, exp, expm1, max, min } = Math;
const SELU_SCALE = 1.0507009873554805;
const SELU_DEPTH = 1.7580993408473768;
const GELU_CUT = 40; // further out exp(-z² / 2) is 0
const SWISH_CUT = 1500; // further out z exp(-z) is 0
const TANH_LINEAR = 1.5957691216057308; // 2 sqrt(2 / π)
const TANH_CUBIC = 0.07135481627260025; // 0.044715 times it

/**
 * exp overflows only where the sigmoid is below 1e-308.
 * @param {number} z
 */
const logistic = (z) => 1 / (1 + exp(-z));

export const sigmoid = () =>
  made(
    logistic,
    (z) => {
      const e = exp(-abs(z));
      return e / ((1 + e) * (1 + e));
    },
    { steepest: 1 / 4 },
  );

export const tanh = () =>
  made(Math.tanh, (z) => {
    const e = exp(-2 * abs(z));
    return (4 * e) / ((1 + e) * (1 + e));
  });

export const softsign = () =>
  made(
    (z) => {
      const finite = clip(z, -Number.MAX_VALUE, Number.MAX_VALUE); // Infinity / Infinity is NaN
      return finite / (1 + abs(finite));
    },
    (z) => (1 / (1 + abs(z))) ** 2,
  );

/** @param {number} beta */
export const softplus = (beta) =>
  made(
    (z) => max(z, 0) + Math.log1p(exp(-beta * abs(z))) / beta,
    (z) => logistic(beta * z),
  );

/** @param {number} alpha */
export const elu = (alpha) =>
  made(
    (z) => (z > 0 ? z : alpha * expm1(z)),
    (z) => (z > 0 ? 1 : alpha * exp(z)),
    { kinks: alpha === 1 ? [] : [0], steepest: max(alpha, 1) },
  );

/** @param {number} alpha */
export const celu = (alpha) =>
  made(
    (z) => (z > 0 ? z : alpha * expm1(z / alpha)),
    (z) => (z > 0 ? 1 : exp(z / alpha)),
  );

export const selu = () =>
  made(
    (z) => (z > 0 ? SELU_SCALE * z : SELU_DEPTH * expm1(z)),
    (z) => (z > 0 ? SELU_SCALE : SELU_DEPTH * exp(z)),
    { kinks: [0], steepest: SELU_DEPTH },
  );

// The gated ones are z g(z) with g(z) + g(-z) = 1, so that with a = |z|
//     value = max(0, z) - a g(-a),  slope(z) + slope(-z) = 1.

export const gelu = () =>
  made(
    (z) => {
      const a = min(abs(z), GELU_CUT);
      return max(z, 0) - (a / normalHazard(a)) * normalDensity(a);
    },
    (z) => {
      const a = min(abs(z), GELU_CUT);
      const left = (1 / normalHazard(a) - a) * normalDensity(a);
      return z > 0 ? 1 - left : left;
    },
    { steepest: 1.1289041451851547 },
  );

export const geluTanh = () =>
  made(
    (z) => {
      const a = min(abs(z), GELU_CUT);
      const e = exp(-a * (TANH_LINEAR + TANH_CUBIC * a * a));
      return max(z, 0) - (a * e) / (1 + e);
    },
    (z) => {
      const a = min(abs(z), GELU_CUT);
      const e = exp(-a * (TANH_LINEAR + TANH_CUBIC * a * a));
      const steepness = a * (TANH_LINEAR + 3 * TANH_CUBIC * a * a);
      const left = (e * (1 + e - steepness)) / ((1 + e) * (1 + e));
      return z > 0 ? 1 - left : left;
    },
    { steepest: 1.1289930686587717 },
  );

export const silu = () =>
  made(
    (z) => {
      const a = min(abs(z), SWISH_CUT);
      const e = exp(-a);
      return max(z, 0) - (a * e) / (1 + e);
    },
    (z) => {
      const a = min(abs(z), SWISH_CUT);
      const e = exp(-a);
      const left = (e * (1 + e - a)) / ((1 + e) * (1 + e));
      return z > 0 ? 1 - left : left;
    },
    { steepest: 1.099839320128867 },
  );

/**
 * Return z tanh(log(1 + exp z)), the tanh as a ratio of polynomials in exp(-|z|).
 * @param {number} z
 */
function mishValue(z) {
  const e = exp(-abs(z));
  if (z > 0) return z / (1 + (2 * e * e) / (1 + 2 * e));
  return (max(z, -SWISH_CUT) * e) / (1 + (e * (1 + e)) / (2 + e));
}

/** @param {number} z */
function mishSlope(z) {
  const e = exp(-abs(z));
  if (z > 0) {
    const a = min(z, SWISH_CUT);
    const p = 1 + e * (4 + e * (4 * a + 6 + e * (4 * a + 4)));
    return p / (1 + 2 * e * (1 + e)) ** 2;
  }
  const a = max(z, -SWISH_CUT);
  const p = 4 * a + 4 + e * (4 * a + 6 + e * (4 + e));
  return (p * e) / (2 + e * (2 + e)) ** 2;
}

export const mish = () => made(mishValue, mishSlope, { steepest: 1.088498161251728 });
