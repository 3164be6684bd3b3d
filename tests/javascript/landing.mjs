/** The landing page's curve, network and picture for their tests, without a page. */
import { CURVES, Fit, start, XS } from "../../code/rectified/labs/source/landing/fit.mjs";
import { picture } from "../../code/rectified/labs/source/landing/picture.mjs";
import { answer, given } from "./exchange.mjs";

const TASKS = {
  start: ({ hinges }) => start(hinges),
  curve: ({ name }) => XS.map(CURVES[name]),
  /** A fit after so many steps: its parameters, its last gradient, its error and its picture. */
  fit({ hinges, y, rate, steps }) {
    const fit = new Fit(hinges, Float64Array.from(y), rate);
    while (fit.steps < steps) fit.step();
    const { theta, gradient, error } = fit;
    return { theta, gradient, error, ...picture(fit) };
  },
};

answer((await given()).map(({ task, ...asked }) => TASKS[task](asked)));
