/** Numbers as a reader sees them: a real minus sign, powers of ten set as powers. */

const RAISED = new Map([..."0123456789-"].map((sign, index) => [sign, "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"[index]]));

/**
 * Write a number with this many digits after the point, but no minus before a zero.
 * @param {number} value
 * @param {number} [digits]
 */
export function fixed(value, digits = 2) {
  if (!Number.isFinite(value)) return special(value);
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/**
 * Write a number with this many significant digits; as a power of ten where it is long otherwise.
 * @param {number} value
 * @param {number} [digits]
 */
export function short(value, digits = 3) {
  if (!Number.isFinite(value)) return special(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return power(value, digits);
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/**
 * Write a number as 3.2 × 10⁻⁷.
 * @param {number} value
 * @param {number} [digits] significant ones
 */
export function power(value, digits = 2) {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? "0" : special(value);
  const [factor, exponent] = value.toExponential(digits - 1).split("e");
  return `${factor.replace("-", "−")} × ${tenTo(Number(exponent))}`;
}

/**
 * Write 10⁻⁷.
 * @param {number} exponent whole
 */
export function tenTo(exponent) {
  return `10${[...String(exponent)].map((sign) => RAISED.get(sign)).join("")}`;
}

/**
 * Write a share of 1 as a percentage.
 * @param {number} share
 * @param {number} [digits]
 */
export function percent(share, digits = 0) {
  return Number.isFinite(share) ? `${fixed(100 * share, digits)} %` : special(share);
}

/** @param {number} value */
function special(value) {
  return Number.isNaN(value) ? "not a number" : value < 0 ? "−∞" : "∞";
}
