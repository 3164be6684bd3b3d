/** A network on its way down: its data, its optimizer, and where it stands. */
import { Batches } from "./batches.mjs";
import { Network } from "./network.mjs";
import { Generator } from "./random.mjs";

/**
 * @typedef {object} Settings
 * @property {import("./tasks.mjs").Task} task
 * @property {import("./tasks.mjs").Examples} examples
 * @property {readonly number[]} hidden  widths of the hidden layers
 * @property {import("./formulas.mjs").Activation} f
 * @property {import("./initializers.mjs").Initializer} initializer
 * @property {number} [gain]
 * @property {number} [bias]  of hidden layers, at first
 * @property {import("./optimizers.mjs").Optimizer} optimizer
 * @property {number} learningRate
 * @property {number} [batch]  examples in a step (all)
 * @property {number} seed
 * @property {import("./products.mjs").Products} products
 */

export class Training {
  /**
   * Draw a network and look at its first batch, so that all can be seen before the first step.
   * @param {Settings} settings
   */
  constructor({ task, examples, batch = Number.POSITIVE_INFINITY, seed, ...settings }) {
    this.task = task;
    this.optimizer = settings.optimizer;
    /** May be changed between steps. */
    this.learningRate = settings.learningRate;
    this.batches = new Batches(examples, task.fanIn, batch, new Generator(seed, "batches"));
    const widths = [task.fanIn, ...settings.hidden, task.fanOut];
    const { f, products } = settings;
    this.network = new Network({ widths, f, batch: this.batches.size, products });
    this.network.draw(settings.initializer, new Generator(seed, "weights"), settings);
    this.y = new Float64Array(this.batches.size * this.batches.targets);
    const { length } = this.network.theta;
    this.slots = Array.from({ length: this.optimizer.slots }, () => new Float64Array(length));
    /** Steps taken so far. */
    this.steps = 0;
    /** Of the batch that the network's signals are of; NaN once the training diverged. */
    this.loss = this.#look();
  }

  /** Whether a number was not finite: then no further step is taken. */
  get diverged() {
    return Number.isNaN(this.loss);
  }

  /** The share of the batch that is right; NaN for a task without labels. */
  get accuracy() {
    const { task, network, y } = this;
    return task.loss.accuracy(network.output.h, y, task.fanOut);
  }

  /** Move the parameters by the gradient that is there, and look at the next batch. */
  step() {
    if (this.diverged) return;
    const { theta, gradient } = this.network;
    this.steps += 1;
    this.optimizer.update(theta, gradient, this.slots, this.learningRate, this.steps);
    this.loss = this.#look();
  }

  /** Send the next batch forward and its gradient back; return the loss. */
  #look() {
    const { network, task, y } = this;
    const { h, gradZ } = network.output;
    this.batches.next(network.x, y);
    network.forward();
    const loss = task.loss.value(h, y, gradZ, task.fanOut);
    network.backward();
    return Number.isFinite(loss) && allFinite(network.theta) ? loss : Number.NaN;
  }
}

/** @param {Float64Array} numbers */
function allFinite(numbers) {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += 0 * numbers[i]; // 0, but NaN for infinity and NaN
  return sum === 0;
}
