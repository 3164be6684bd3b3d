/** Trainings of the lab on dying units, and its small pure pieces, on what Python chose. */
import { Job } from "../../code/rectified/labs/source/dying-units/job.mjs";
import * as lines from "../../code/rectified/labs/source/dying-units/lines.mjs";
import { actFrom, phaseAt, phases } from "../../code/rectified/labs/source/dying-units/phases.mjs";
import { Run } from "../../code/rectified/labs/source/dying-units/run.mjs";
import { STEPS, UNITS } from "../../code/rectified/labs/source/dying-units/sizes.mjs";
import {
  acting,
  change,
  fateOf,
  readout,
} from "../../code/rectified/labs/source/dying-units/words.mjs";
import { answer, given } from "./exchange.mjs";

/** Return a job for a state. */
const begin = (state) => new Job({ seed: state.seed, bias: state.bias, phases: phases(state) });

/** Return the training of a state, from its first step to its last. */
function trained(state) {
  const job = begin(state);
  while (!job.finished) job.step();
  return new Run(job.frame(), job.phases);
}

const TASKS = {
  /** Some steps, with all that they started from and the batch that each of them saw. */
  replay({ state, steps }) {
    const job = begin(state);
    const { network } = job.training;
    const theta = network.theta.slice();
    const batches = [];
    for (let taken = 0; taken < steps; taken++) {
      batches.push({ x: network.x.slice(), y: job.training.y.slice() });
      job.step();
    }
    const { loss, lines, active, steepest, x, y } = job.frame();
    const rows = (all, width) => Array.from(all.subarray(0, (steps + 1) * width));
    return {
      theta,
      batches,
      examples: { x, y },
      loss: rows(loss, 1),
      lines: rows(lines, 3 * UNITS),
      active: rows(active, UNITS),
      steepest: rows(steepest, UNITS),
    };
  },

  /** Which units are dead, and which active on no example, at each step. */
  trained({ state }) {
    const run = trained(state);
    const steps = Array.from({ length: run.taken + 1 }, (_, step) => step);
    return {
      taken: run.taken,
      dead: steps.map((step) => run.count(step).dead),
      off: steps.map((step) => run.order.filter((unit) => run.share(step, unit) === 0).length),
      faint: steps.map((step) => run.count(step).faint),
      changes: steps.map((step) => run.changes(step)),
      loss: Array.from(run.frame.loss.subarray(0, run.taken + 1)),
      readouts: steps.map((step) => readout(run, step)),
      last: run.order.map((unit) => fateOf(run, run.taken, unit)),
      firsts: run.order.map((unit) => steps.findIndex((step) => run.dead(step, unit))),
    };
  },

  /** A run made by hand: slopes and shares of two steps. */
  told({ steepest, active, diverged }) {
    const taken = steepest.length - 1;
    const frame = { steepest: steepest.flat(), active: active.flat(), taken, diverged };
    const run = new Run({ ...frame, loss: steepest.map(() => 0.5) }, []);
    return steepest.map((_, step) => readout(run, step).join(""));
  },

  after({ settings, steps }) {
    const job = new Job(settings);
    for (let taken = 0; taken < steps; taken++) job.step();
    const { finished, diverged, taken, records } = job;
    return { finished, diverged, taken, loss: records.loss[taken] };
  },

  phases: ({ state, steps }) => ({
    all: phases(state),
    at: steps.map((step) => phaseAt(phases(state), step).rate),
    acting: acting(phases(state)),
    froms: steps.map((step) => actFrom(state, step)),
    changes: phases(state)
      .slice(1)
      .map((phase, i) => change(phases(state)[i], phase)),
  }),

  lines: ({ box, all, point }) =>
    all.map((line) => ({
      ends: lines.clipped(line, box) ?? null,
      exit: lines.exit(line, box),
      side: lines.positiveSide(line, box),
      distance: lines.distance(line, point),
    })),

  sizes: () => ({ STEPS, UNITS }),
};

answer((await given()).map(({ task, ...settings }) => TASKS[task](settings)));
