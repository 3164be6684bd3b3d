/** What the labs learn, and trainings of it. */
import { activation } from "../../code/rectified/labs/source/core/formulas.mjs";
import { INITIALIZERS } from "../../code/rectified/labs/source/core/initializers.mjs";
import { OPTIMIZERS } from "../../code/rectified/labs/source/core/optimizers.mjs";
import { products } from "../../code/rectified/labs/source/core/products.mjs";
import { Generator } from "../../code/rectified/labs/source/core/random.mjs";
import { TASKS as LEARNT } from "../../code/rectified/labs/source/core/tasks.mjs";
import { Training } from "../../code/rectified/labs/source/core/training.mjs";
import { answer, given } from "./exchange.mjs";

const engine = products();

/** Make a training; what is not given has a usual value. */
function made({ task = "two_circles", n = 40, noise, seed = 1, ...given }) {
  const { f = "relu", initializer = "he_normal", optimizer = "SGD", ...others } = given;
  const examples = LEARNT[task].draw(n, new Generator(seed, "examples"), noise);
  return new Training({
    task: LEARNT[task],
    examples,
    hidden: [6, 5],
    learningRate: 0.1,
    seed,
    products: engine,
    ...others,
    f: activation(f),
    initializer: INITIALIZERS[initializer],
    optimizer: OPTIMIZERS[optimizer],
  });
}

/** Return where a training stands. */
function state({ network, steps, loss, accuracy, diverged, y }) {
  const { theta, gradient, x, output } = network;
  const copies = { theta, gradient, x, y, outputs: output.h };
  const entries = Object.entries(copies).map(([name, numbers]) => [name, numbers.slice()]);
  return { ...Object.fromEntries(entries), steps, loss, accuracy, diverged };
}

const TASKS = {
  examples: ({ task, n, seed, noise }) =>
    LEARNT[task].draw(n, new Generator(seed, "examples"), noise),
  facts: () =>
    Object.entries(LEARNT).map(([name, { title, fanIn, fanOut, loss }]) => {
      return { name, title, fanIn, fanOut, loss: loss.title };
    }),

  /** Where a training stands before its first step, and after each. */
  states({ steps, ...settings }) {
    const training = made(settings);
    const states = [state(training)];
    for (let step = 0; step < steps; step++) {
      training.step();
      states.push(state(training));
    }
    return states;
  },

  /** Parameters with one that is replaced, then a step. */
  poisoned({ place, value, ...settings }) {
    const training = made(settings);
    training.network.theta[place] = value;
    training.step();
    const before = state(training);
    training.step();
    return [before, state(training)];
  },

  /** The learning rate is changed after some steps. */
  changed({ steps, later, ...settings }) {
    const training = made(settings);
    for (let step = 0; step < steps; step++) training.step();
    const before = state(training);
    training.learningRate = later;
    training.step();
    return [before, state(training)];
  },

  /** What trainings that cannot be are refused with. */
  refusals: ({ wrong }) =>
    wrong.map((settings) => {
      try {
        return made(settings).loss;
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    }),

  /** Whether a thousand steps stay in the memory that the first one had. */
  place() {
    const training = made({ batch: 8 });
    const { buffer } = training.network.theta;
    const bytes = buffer.byteLength;
    for (let step = 0; step < 1000; step++) training.step();
    return training.network.theta.buffer === buffer && buffer.byteLength === bytes;
  },
};

answer((await given()).map(({ task: name, ...settings }) => TASKS[name](settings.of ?? settings)));
