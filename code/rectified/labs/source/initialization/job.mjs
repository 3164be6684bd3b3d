/**
 * Random networks, as the theory means them: one input of mean square 1, no training. What is drawn
 * has variance 1 / fan_in; gain and spread of the biases come in on the way, so that a network
 * stays the same while they are dragged.
 */
import { activation, fill } from "../core/formulas.mjs";
import { INITIALIZERS } from "../core/initializers.mjs";
import { Generator } from "../core/random.mjs";

/**
 * @typedef {import("../core/formulas.mjs").Activation} Activation
 * @typedef {{weights: ArrayLike<number>[], biases: ArrayLike<number>[]}} Network  for each layer
 *   (width, width), row-major, and (width)
 * @typedef {{activation: string, width: number, depth: number, seed: number}} Settings
 * @typedef {{gain: number, biasStd: number, layer: number, reach: number}} Wanted  a layer counted
 *   from 1, and how far from 0 its histogram goes
 */

/**
 * @typedef {object} Sampled
 * @property {number} depth
 * @property {Float64Array[]} meanSquare  for each network: the mean of z² in each layer
 * @property {Float64Array} density  of z in the wanted layer of all networks, where z is given in
 *   units of `reach`: equal bins from -1 to 1
 * @property {number} units  in that layer
 */

const UNITS = 1024; // in a layer of all networks together: as many for each width
const BINS = 33;

/**
 * Draw a network: deeper ones begin with the same layers.
 * @param {Settings} settings
 * @param {number} index
 * @returns {Network}
 */
function drawn({ width, depth, seed }, index) {
  const rng = new Generator(seed, `network ${index}`);
  const w = new Float64Array(width * width);
  const [weights, biases] = [
    /** @type {Float32Array[]} */ ([]),
    /** @type {Float64Array[]} */ ([]),
  ];
  for (let layer = 0; layer < depth; layer++) {
    INITIALIZERS.lecun_normal.draw(w, width, width, rng);
    weights.push(new Float32Array(w)); // half the memory: up to 50 MB
    biases.push(Float64Array.from({ length: width }, () => rng.normal()));
  }
  return { weights, biases };
}

/**
 * Return z of each layer.
 * @param {Activation} f
 * @param {Network} network
 * @param {{gain: number, biasStd: number}} scales
 */
export function preactivations(f, { weights, biases }, { gain, biasStd }) {
  const width = biases[0].length;
  const h = new Float64Array(width).fill(1);
  return weights.map((w, layer) => {
    const z = new Float64Array(width);
    for (let i = 0, at = 0; i < width; i++) {
      for (let j = 0; j < width; j++, at++) z[j] += h[i] * w[at];
    }
    for (let j = 0; j < width; j++) z[j] = gain * z[j] + biasStd * biases[layer][j];
    fill(f, z, h, width);
    return z;
  });
}

/**
 * Return the mean of z², infinite from where it is too large for a double.
 * @param {Float64Array} z
 */
function meanSquare(z) {
  const mean = z.reduce((sum, one) => sum + one * one, 0) / z.length;
  return Number.isNaN(mean) ? Number.POSITIVE_INFINITY : mean;
}

/**
 * @param {readonly Float64Array[]} samples
 * @param {number} reach
 */
function histogram(samples, reach) {
  const density = new Float64Array(BINS);
  const each = BINS / 2 / (samples.length * samples[0].length);
  for (const z of samples) {
    for (const one of z) {
      const bin = Math.floor(((one / reach + 1) / 2) * BINS);
      if (bin >= 0 && bin < BINS) density[bin] += each;
    }
  }
  return density;
}

/** @param {Settings} settings */
export function make(settings) {
  const { width, depth } = settings;
  const f = activation(settings.activation);
  const networks = Array.from({ length: Math.floor(UNITS / width) }, (_, index) =>
    drawn(settings, index),
  );
  return {
    finished: true,
    step() {},
    /** @param {Wanted} wanted @returns {Sampled} */
    frame({ layer, reach, ...scales }) {
      const found = networks.map((network) => preactivations(f, network, scales));
      const meanSquares = found.map((layers) => Float64Array.from(layers, meanSquare));
      const shown = found.map((layers) => layers[layer - 1]);
      const units = networks.length * width;
      return { depth, meanSquare: meanSquares, density: histogram(shown, reach), units };
    },
  };
}
