/** Laws for first weights, with the names, titles and variances of `rectified.initializers.ALL`. */

/** @typedef {import("./random.mjs").Generator} Generator */

/** @typedef {(fanIn: number, fanOut: number) => number} Variance  of an entry, from draw to draw */

/**
 * Fills w, (fanIn, fanOut), with what the law draws, times gain.
 * @typedef {(w: Float64Array, fanIn: number, fanOut: number, rng: Generator, gain?: number) => void
 * } Draw
 */

/** @typedef {{title: string, variance: Variance, draw: Draw}} Initializer */

const ROOT3 = Math.sqrt(3);

/** @param {Generator} rng */
const normal = (rng) => rng.normal();

/** @param {Generator} rng */
const uniform = (rng) => rng.uniform(-ROOT3, ROOT3); // so wide that its variance is 1

/**
 * Return the law of independent entries.
 * @param {string} title
 * @param {Variance} variance
 * @param {(rng: Generator) => number} unit  draws a number of variance 1
 * @returns {Initializer}
 */
function independent(title, variance, unit) {
  /** @type {Draw} */
  function draw(w, fanIn, fanOut, rng, gain = 1) {
    const std = gain * Math.sqrt(variance(fanIn, fanOut));
    for (let i = 0; i < fanIn * fanOut; i++) w[i] = std * unit(rng);
  }
  return Object.freeze({ title, variance, draw });
}

/**
 * Take from `vector` what it has of the unit vector `other`.
 * @param {Float64Array} vector
 * @param {Float64Array} other
 */
function remove(vector, other) {
  let shared = 0;
  for (let i = 0; i < vector.length; i++) shared += vector[i] * other[i];
  for (let i = 0; i < vector.length; i++) vector[i] -= shared * other[i];
}

/**
 * Return `count` unit vectors at right angles, of `length` >= count entries, uniformly (Haar).
 * @param {number} count
 * @param {number} length
 * @param {Generator} rng
 */
function orthonormal(count, length, rng) {
  /** @type {Float64Array[]} */
  const vectors = [];
  for (let made = 0; made < count; made++) {
    const vector = Float64Array.from({ length }, () => rng.normal());
    for (const other of vectors) remove(vector, other);
    const norm = Math.hypot(...vector);
    vectors.push(vector.map((entry) => entry / norm));
  }
  return vectors;
}

/** @type {Initializer} */
const orthogonal = Object.freeze({
  title: "orthogonal",
  variance: (fanIn, fanOut) => 1 / Math.max(fanIn, fanOut),
  draw(w, fanIn, fanOut, rng, gain = 1) {
    const tall = fanIn >= fanOut; // columns are the vectors; of a wide matrix, rows
    const vectors = orthonormal(Math.min(fanIn, fanOut), Math.max(fanIn, fanOut), rng);
    for (let i = 0; i < fanIn; i++) {
      for (let j = 0; j < fanOut; j++) {
        w[i * fanOut + j] = gain * (tall ? vectors[j][i] : vectors[i][j]);
      }
    }
  },
});

/** @type {Variance} */
const lecun = (fanIn) => 1 / fanIn;

/** @type {Variance} */
const xavier = (fanIn, fanOut) => 2 / (fanIn + fanOut);

/** @type {Variance} */
const he = (fanIn) => 2 / fanIn;

/** @type {Readonly<Record<string, Initializer>>} */
export const INITIALIZERS = Object.freeze({
  unit_normal: independent("unit normal", () => 1, normal),
  small_normal: independent("small normal", () => 1e-4, normal),
  inverse_sqrt_uniform: independent("uniform ±1/√n", (fanIn) => 1 / (3 * fanIn), uniform),
  lecun_normal: independent("LeCun normal", lecun, normal),
  lecun_uniform: independent("LeCun uniform", lecun, uniform),
  xavier_normal: independent("Xavier normal", xavier, normal),
  xavier_uniform: independent("Xavier uniform", xavier, uniform),
  he_normal: independent("He normal", he, normal),
  he_uniform: independent("He uniform", he, uniform),
  orthogonal,
});
