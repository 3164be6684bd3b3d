/** From numbers to pixels and back. */

/**
 * @typedef {object} Scale
 * @property {(value: number) => number} at the pixel of a value
 * @property {(pixel: number) => number} from the value at a pixel
 * @property {number[]} ticks round values
 * @property {[number, number]} values
 * @property {[number, number]} pixels
 */

/**
 * A linear scale with about `count` ticks.
 * @param {[number, number]} values
 * @param {[number, number]} pixels
 * @param {number} [count]
 * @returns {Scale}
 */
export function linear(values, pixels, count = 5) {
  const [low, high] = values;
  const rate = (pixels[1] - pixels[0]) / (high - low || 1);
  return {
    at: (value) => pixels[0] + (value - low) * rate,
    from: (pixel) => low + (pixel - pixels[0]) / rate,
    ticks: roundTicks(low, high, count),
    values,
    pixels,
  };
}

/**
 * A logarithmic scale; its ticks are powers of ten, at most `count` of them. What is at or below 0
 * lies beyond the low end.
 * @param {[number, number]} values both above 0
 * @param {[number, number]} pixels
 * @param {number} [count]
 * @returns {Scale}
 */
export function logarithmic(values, pixels, count = 6) {
  const ends = /** @type {[number, number]} */ (values.map(Math.log10));
  const inner = linear(ends, pixels);
  const [first, last] = [Math.ceil(ends[0] - 1e-9), Math.floor(ends[1] + 1e-9)];
  const every = Math.max(1, Math.ceil((last - first + 1) / count));
  const ticks = [];
  for (let power = Math.ceil(first / every) * every; power <= last; power += every) {
    ticks.push(10 ** power);
  }
  return {
    at: (value) => inner.at(value > 0 ? Math.log10(value) : ends[0] - 1),
    from: (pixel) => 10 ** inner.from(pixel),
    ticks,
    values,
    pixels,
  };
}

/**
 * Return multiples of 1, 2 or 5 times a power of ten within [low, high].
 * @param {number} low
 * @param {number} high
 * @param {number} count about how many
 */
export function roundTicks(low, high, count) {
  const rough = (high - low) / count;
  if (!(rough > 0 && Number.isFinite(rough))) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const size = step ?? 10 * power;
  const ticks = [];
  for (let index = Math.ceil(low / size - 1e-9); index * size <= high + 1e-9 * size; index += 1) {
    ticks.push(Number((index * size).toPrecision(12)));
  }
  return ticks;
}
