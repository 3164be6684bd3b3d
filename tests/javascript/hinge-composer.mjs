/** Fits and counts of the hinge composer for its tests, without a page. */
import { flat, value, zigzag } from "../../code/rectified/labs/source/hinge-composer/hinges.mjs";
import { Fit } from "../../code/rectified/labs/source/hinge-composer/job.mjs";
import { pieces } from "../../code/rectified/labs/source/hinge-composer/pieces.mjs";
import { said } from "../../code/rectified/labs/source/hinge-composer/said.mjs";
import { TARGETS } from "../../code/rectified/labs/source/hinge-composer/targets.mjs";
import { answer, given } from "./exchange.mjs";

const TASKS = {
  /** A fit after so many steps; without a number, when it is finished. */
  fit({ settings, steps = Number.POSITIVE_INFINITY }) {
    const fit = new Fit(settings);
    while (fit.steps < steps && !fit.finished) fit.step();
    const { theta, gradient, loss, finished } = fit;
    return { theta, gradient, loss, finished, steps: fit.steps };
  },
  pieces: ({ layer, layers }) => pieces(layer, layers),
  value: ({ layer, xs }) => xs.map((x) => value(layer, x)),
  flat: ({ count }) => flat(count),
  zigzag: ({ count }) => zigzag(count),
  target: ({ name, xs }) => xs.map(TARGETS[name]),
  said: ({ view, steps }) => said(view, steps),
};

answer((await given()).map(({ task, ...asked }) => TASKS[task](asked)));
