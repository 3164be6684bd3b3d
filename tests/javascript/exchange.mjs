/** What a test's module gets from Python and gives back: JSON, in which NaN and infinities are strings. */
import { text } from "node:stream/consumers";

const ODD = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** Return what Python sent. */
export async function given() {
  return JSON.parse(await text(process.stdin), (_, value) => ODD.get(value) ?? value);
}

/**
 * Send a value back to Python; typed arrays go as lists.
 * @param {unknown} value
 */
export function answer(value) {
  const written = JSON.stringify(value, (_, item) => {
    if (ArrayBuffer.isView(item)) return Array.from(/** @type {Float64Array} */ (item));
    return typeof item === "number" && !Number.isFinite(item) ? String(item) : item;
  });
  process.stdout.write(written);
}
