/** The trainings of the lab on gradient flow, and its words, in states that Python chose. */

import { ELEMENTWISE } from "../../code/rectified/labs/source/core/formulas.mjs";
import { INITIALIZERS } from "../../code/rectified/labs/source/core/initializers.mjs";
import { products } from "../../code/rectified/labs/source/core/products.mjs";
import { TASKS as LEARNT } from "../../code/rectified/labs/source/core/tasks.mjs";
import { History } from "../../code/rectified/labs/source/gradient-flow/history.mjs";
import { Job } from "../../code/rectified/labs/source/gradient-flow/job.mjs";
import * as sizes from "../../code/rectified/labs/source/gradient-flow/sizes.mjs";
import { readout } from "../../code/rectified/labs/source/gradient-flow/words.mjs";
import { answer, given } from "./exchange.mjs";

const engine = products();

/** Train in a state, for so many steps at most. */
function trained(state, steps) {
  const job = new Job(state, engine);
  while (!job.finished && job.training.steps < steps) job.step();
  return job;
}

const TASKS = {
  /** The frame after some steps, with all parameters that it was made from. */
  frame({ state, steps }) {
    const job = trained(state, steps);
    const { theta } = job.training.network;
    const frame = job.frame({ surface: true });
    return { ...frame, theta: theta.slice(), said: readout(frame) };
  },

  /** Accuracy, or loss, at each step, and the frames before and after. */
  path({ state, steps }) {
    const job = new Job(state, engine);
    const before = job.frame({ surface: false });
    const values = [];
    for (let step = 0; step <= steps && !job.training.diverged; step++) {
      values.push(job.labelled ? job.training.accuracy : job.training.loss);
      job.step();
    }
    return { values, before, after: job.frame({ surface: false }) };
  },

  /** Steps until it is finished, and what it says then. */
  end({ state }) {
    const job = trained(state, Number.POSITIVE_INFINITY);
    const before = job.training.steps;
    job.step();
    const frame = job.frame({ surface: true });
    return { steps: [before, frame.steps], diverged: frame.diverged, said: readout(frame) };
  },

  start: ({ state }) => new Job(state, engine).facts.theory,

  sizes: () => sizes,

  tables: () => ({
    activation: Object.keys(ELEMENTWISE),
    initializer: Object.keys(INITIALIZERS),
    task: Object.keys(LEARNT),
  }),

  history({ steps }) {
    const history = new History();
    for (let step = 0; step <= steps; step++) history.add(step, step);
    return history;
  },
};

answer((await given()).map(({ task, ...settings }) => TASKS[task](settings)));
