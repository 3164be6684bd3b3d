/**
 * A network with one hidden layer learns two circles of points; each step is put on record: where
 * every hidden unit's line lies, on how many examples the unit is active, its largest slope.
 */
import { activation } from "../core/formulas.mjs";
import { INITIALIZERS } from "../core/initializers.mjs";
import { OPTIMIZERS } from "../core/optimizers.mjs";
import { products } from "../core/products.mjs";
import { Generator } from "../core/random.mjs";
import { TASKS } from "../core/tasks.mjs";
import { Training } from "../core/training.mjs";
import { phaseAt } from "./phases.mjs";
import { EXAMPLES, STEPS, UNITS } from "./sizes.mjs";

/** @typedef {import("./phases.mjs").Phase} Phase */

const BATCH = 16;
const TASK = TASKS.two_circles;
const PRODUCTS = products();

/**
 * One row for each step taken, the start included.
 * @typedef {object} Records
 * @property {Float64Array} loss (steps)  on all examples
 * @property {Float64Array} lines (steps, 3 UNITS)  w of the first input, w of the second, b
 * @property {Float64Array} active (steps, UNITS)  examples with z > 0
 * @property {Float64Array} steepest (steps, UNITS)  the largest |f'(z)| of all examples
 */

/**
 * @typedef {object} Shown
 * @property {number} taken  steps; rows after that one are empty
 * @property {boolean} finished
 * @property {boolean} diverged
 * @property {Float64Array} x (EXAMPLES, 2)  without offset
 * @property {Float64Array} y (EXAMPLES)
 * @typedef {Shown & Records} Frame
 */

export class Job {
  /** @param {{seed: number, bias: number, phases: readonly Phase[]}} settings */
  constructor({ seed, bias, phases }) {
    this.phases = phases;
    this.examples = TASK.draw(EXAMPLES, new Generator(0, "data"));
    this.training = this.#begin(seed, bias, phaseAt(phases, 0));
    this.out = new Float64Array(2 * EXAMPLES); // outputs, and the gradient that nobody needs
    this.grad = new Float64Array(2 * EXAMPLES);
    this.diverged = false;
    /** @type {Records} */
    this.records = {
      loss: new Float64Array(STEPS + 1),
      lines: new Float64Array((STEPS + 1) * 3 * UNITS),
      active: new Float64Array((STEPS + 1) * UNITS),
      steepest: new Float64Array((STEPS + 1) * UNITS),
    };
    this.taken = 0;
    this.#record();
  }

  /**
   * @param {number} seed
   * @param {number} bias
   * @param {Phase} phase
   */
  #begin(seed, bias, phase) {
    return new Training({
      task: TASK,
      examples: { x: moved(this.examples.x, phase.offset), y: this.examples.y },
      hidden: [UNITS],
      f: bend(phase),
      initializer: INITIALIZERS.he_normal,
      bias,
      optimizer: optimizerOf(phase),
      learningRate: phase.rate,
      batch: BATCH,
      seed,
      products: PRODUCTS,
    });
  }

  get finished() {
    return this.diverged || this.taken === STEPS;
  }

  /** Take a step. The gradient for the next one is that of the phase which the next belongs to. */
  step() {
    if (this.finished) return;
    const { training, phases } = this;
    const [before, after] = [this.taken, this.taken + 1].map((step) => phaseAt(phases, step));
    if (after !== before) {
      training.network.f = bend(after);
      training.batches.x = moved(this.examples.x, after.offset);
    }
    training.step();
    if (after !== before) this.#takeOver(before, after);
    this.diverged = training.diverged;
    if (this.diverged) return;
    this.taken += 1;
    this.#record();
  }

  /**
   * @param {Phase} before
   * @param {Phase} after
   */
  #takeOver(before, after) {
    const { training } = this;
    training.learningRate = after.rate;
    if (after.optimizer === before.optimizer) return;
    training.optimizer = optimizerOf(after);
    training.steps = 0; // a new optimizer remembers nothing, and counts its own steps
    const { length } = training.network.theta;
    training.slots = Array.from({ length: training.optimizer.slots }, () => {
      return new Float64Array(length);
    });
  }

  #record() {
    const { training, taken, records, out, grad } = this;
    const { network, batches } = training;
    const [{ w, b }] = network.layers;
    network.evaluate(batches.x, out);
    records.loss[taken] = TASK.loss.value(out, this.examples.y, grad, TASK.fanOut);
    records.lines.set(w, taken * 3 * UNITS);
    records.lines.set(b, taken * 3 * UNITS + 2 * UNITS);
    for (let unit = 0; unit < UNITS; unit++) {
      const [active, steepest] = look(network.f, batches.x, [w[unit], w[UNITS + unit]], b[unit]);
      records.active[taken * UNITS + unit] = active;
      records.steepest[taken * UNITS + unit] = steepest;
    }
  }

  /** @returns {Frame} */
  frame() {
    const { taken, finished, diverged, records, examples } = this;
    const copies = /** @type {Records} */ (
      Object.fromEntries(Object.entries(records).map(([name, rows]) => [name, rows.slice()]))
    );
    return { taken, finished, diverged, x: examples.x.slice(), y: examples.y.slice(), ...copies };
  }
}

/**
 * Return how many examples a unit is active on, and its largest slope.
 * @param {import("../core/formulas.mjs").Activation} f
 * @param {Float64Array} x (n, 2)
 * @param {[number, number]} w
 * @param {number} b
 */
export function look(f, x, [first, second], b) {
  let [active, steepest] = [0, 0];
  for (let i = 0; i < x.length; i += 2) {
    const z = b + x[i] * first + x[i + 1] * second; // in the network's order, so with its bits
    if (z > 0) active += 1;
    steepest = Math.max(steepest, Math.abs(f.slope(z)));
  }
  return [active, steepest];
}

/**
 * @param {Float64Array} x
 * @param {number} offset
 */
const moved = (x, offset) => x.map((entry) => entry + offset);

/** @param {Phase} phase */
function bend({ activation: name, leak }) {
  return activation(name, name === "leaky_relu" ? { slope: leak } : {});
}

/** @param {Phase} phase */
function optimizerOf({ optimizer }) {
  return OPTIMIZERS[/** @type {keyof typeof OPTIMIZERS} */ (optimizer)];
}
