/** A network of any depth that learns, and what can be seen of its layers while it does. */
import { activation, ELEMENTWISE } from "../core/formulas.mjs";
import { INITIALIZERS } from "../core/initializers.mjs";
import { OPTIMIZERS } from "../core/optimizers.mjs";
import { products } from "../core/products.mjs";
import { Generator } from "../core/random.mjs";
import { TASKS } from "../core/tasks.mjs";
import { Training } from "../core/training.mjs";
import { History } from "./history.mjs";
import { countGradients, countOutputs, outputRange, rootMeanSquare } from "./layers.mjs";
import { BINS, DECADES, EXAMPLES, GRID, LAST, REACH, span } from "./sizes.mjs";
import { theory } from "./theory.mjs";

const LEARNED = 0.01; // loss at which there is nothing more to learn
const WIDE = 4; // root mean squares of the first layer's outputs that a histogram shows
/** By what inputs are multiplied: those of a curve get the mean square 1. */
const SCALES = /** @type {Readonly<Record<string, number>>} */ ({ sine: Math.sqrt(3) / Math.PI });

/**
 * @typedef {object} Settings  the lab's state
 * @property {number} depth  layers with weights
 * @property {number} width
 * @property {string} activation
 * @property {string} initializer
 * @property {number} gain
 * @property {string} task
 * @property {number} learning_rate
 * @property {number} seed
 */

/**
 * What does not change while the network learns.
 * @typedef {object} Facts
 * @property {string} title  of the activation
 * @property {string} role
 * @property {number} depth
 * @property {boolean} labelled  whether the task has classes
 * @property {Float64Array} x
 * @property {Float64Array} y
 * @property {[number, number]} range  of the histograms of outputs
 * @property {{output: Float64Array, gradient: Float64Array}} theory  for the start; the gradient
 *   begins with what was measured at the last hidden layer
 */

/**
 * Layers one after the other: hidden ones for outputs, all for gradients.
 * @typedef {object} Layers
 * @property {Float64Array} output  root mean square of h
 * @property {Float64Array} gradient  root mean square of ∂loss/∂z
 * @property {Float64Array} outputs  shares of BINS bins each
 * @property {Float64Array} gradients  shares of DECADES bins each
 * @property {Float64Array} zeros  share of ∂loss/∂z that is exactly 0
 */

/**
 * @typedef {object} Progress
 * @property {number} steps
 * @property {number} loss
 * @property {number} accuracy
 * @property {boolean} diverged
 * @property {boolean} finished
 * @property {{stride: number, values: Float64Array}} history  accuracy, or loss without classes
 * @property {Float64Array | undefined} surface  if wanted: the probability of class 1 on the plane,
 *   row by row from below; or the curve at GRID places
 * @typedef {Facts & Layers & Progress} Frame
 */

export class Job {
  /**
   * @param {Settings} settings
   * @param {import("../core/products.mjs").Products} [engine]
   */
  constructor(settings, engine = products()) {
    const { width, depth, activation: name } = settings;
    this.settings = settings;
    this.task = TASKS[settings.task];
    this.f = activation(name);
    this.examples = this.#examples();
    this.training = new Training({
      task: this.task,
      examples: this.examples,
      hidden: Array(depth - 1).fill(width),
      f: this.f,
      initializer: INITIALIZERS[settings.initializer],
      gain: settings.gain,
      optimizer: OPTIMIZERS.SGD,
      learningRate: settings.learning_rate,
      seed: settings.seed,
      products: engine,
    });
    this.history = new History();
    this.#record();
    this.facts = this.#facts();
  }

  /** The same for all seeds, so that these change the network only. */
  #examples() {
    const { x, y } = this.task.draw(EXAMPLES, new Generator(0, "examples"));
    return { x: x.map((entry) => entry * (SCALES[this.settings.task] ?? 1)), y };
  }

  /** @returns {Facts} */
  #facts() {
    const { activation: name, depth, gain, initializer, width } = this.settings;
    const { variance } = INITIALIZERS[initializer];
    const { output, gradient } = theory({
      f: this.f,
      depth,
      width,
      fanIn: this.task.fanIn,
      meanSquare: rootMeanSquare(this.examples.x) ** 2,
      variance: (fanIn, fanOut) => gain * gain * variance(fanIn, fanOut),
    });
    const [first, lastHidden] = [this.hidden[0], this.hidden[depth - 2]];
    const anchor = lastHidden ? rootMeanSquare(lastHidden.gradZ) : 0;
    const reach = first ? WIDE * rootMeanSquare(first.h) : 1;
    return {
      title: ELEMENTWISE[name].title,
      role: ELEMENTWISE[name].role,
      depth,
      labelled: this.labelled,
      ...this.examples,
      range: outputRange(this.f, reach),
      theory: { output, gradient: gradient.map((size) => size * anchor) },
    };
  }

  get labelled() {
    return this.task.fanOut > 1;
  }

  get hidden() {
    return this.training.network.layers.slice(0, -1);
  }

  get finished() {
    const { diverged, steps, loss } = this.training;
    return diverged || steps >= LAST || loss < LEARNED;
  }

  step() {
    this.training.step();
    this.#record();
  }

  #record() {
    const { steps, loss, accuracy } = this.training;
    this.history.add(steps, this.labelled ? accuracy : loss);
  }

  /**
   * @param {{surface: boolean}} wanted
   * @returns {Frame}
   */
  frame({ surface }) {
    const { steps, loss, accuracy, diverged } = this.training;
    const { stride, values } = this.history;
    return {
      ...structuredClone(this.facts), // arrays of a frame go to the page for good
      ...this.#layers(),
      steps,
      loss,
      accuracy,
      diverged,
      finished: this.finished,
      history: { stride, values: Float64Array.from(values) },
      surface: surface ? this.#surface() : undefined,
    };
  }

  /** @returns {Layers} */
  #layers() {
    const { hidden } = this;
    const all = this.training.network.layers;
    const outputs = new Float64Array(hidden.length * BINS);
    const gradients = new Float64Array(all.length * DECADES);
    const gradient = Float64Array.from(all, ({ gradZ }) => rootMeanSquare(gradZ));
    hidden.forEach(({ h, fanOut }, i) => {
      countOutputs(h, fanOut, this.facts.range, outputs.subarray(i * BINS, (i + 1) * BINS));
    });
    const zeros = Float64Array.from(all, ({ gradZ, fanOut }, i) => {
      const shares = gradients.subarray(i * DECADES, (i + 1) * DECADES);
      return countGradients(gradZ, fanOut, gradient[i], shares);
    });
    const output = Float64Array.from(hidden, ({ h }) => rootMeanSquare(h));
    return { output, gradient, outputs, gradients, zeros };
  }

  #surface() {
    const places = this.labelled ? plane() : span(Math.sqrt(3));
    const { network } = this.training;
    const out = new Float64Array((places.length / this.task.fanIn) * this.task.fanOut);
    network.evaluate(places, out);
    if (!this.labelled) return out;
    return Float64Array.from({ length: out.length / 2 }, (_, i) => {
      return 1 / (1 + Math.exp(out[2 * i] - out[2 * i + 1]));
    });
  }
}

/** Return the places of a grid, (GRID², 2): row by row from below. */
function plane() {
  const across = span(REACH);
  const places = new Float64Array(2 * GRID * GRID);
  for (let i = 0; i < GRID * GRID; i++) {
    places[2 * i] = across[i % GRID];
    places[2 * i + 1] = across[Math.floor(i / GRID)];
  }
  return places;
}
