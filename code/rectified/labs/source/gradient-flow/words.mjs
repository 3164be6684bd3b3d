/** What the picture shows, in two sentences. */
import { percent, power, short } from "../core/format.mjs";

/** @typedef {import("./job.mjs").Frame} Frame */

/**
 * @param {Frame} frame
 * @returns {string[]} cut where bold begins and ends
 */
export function readout(frame) {
  if (frame.diverged) {
    const when = frame.steps === 0 ? "before the first step" : `at step ${frame.steps}`;
    return ["The training ", `diverged ${when}`, ": a number was not finite any more."];
  }
  const [first, accuracy, stop] = learned(frame);
  const [second, ...rest] = reached(frame);
  return [first, accuracy, `${stop} ${second}`, ...rest];
}

/** @param {Frame} frame */
function learned({ steps, labelled, accuracy, loss }) {
  const when =
    steps === 0 ? "Before training, " : `After ${steps} ${steps === 1 ? "step" : "steps"}, `;
  if (!labelled) return [`${when}the mean squared error is `, short(loss, 2), "."];
  return [`${when}the network is right on `, percent(accuracy), " of the points."];
}

/**
 * Say how the gradient gets from the last hidden layer to the first. What comes after it is of
 * another width, so that theory's factor does not hold there.
 * @param {Frame} frame
 * @returns {string[]}
 */
function reached({ depth, gradient, theory }) {
  if (depth < 3) {
    const few = depth === 1 ? "no hidden layer" : "one hidden layer";
    return [`With ${few}, the gradient has no way to go.`];
  }
  if (gradient[0] === 0) return ["Of the gradient, ", "nothing", " reaches layer 1."];
  const hidden = depth - 1;
  const ratio = ratioText(gradient[0] / gradient[hidden - 1]);
  const factor = (theory.gradient[0] / theory.gradient[hidden - 1]) ** (1 / (hidden - 1));
  const rest = `; for the start, theory has × ${short(factor, 2)} a layer.`;
  return gradient[0] < gradient[hidden - 1]
    ? [
        `Of the gradient’s size in layer ${hidden}, the last hidden one, `,
        ratio,
        ` is left in layer 1${rest}`,
      ]
    : [
        "In layer 1 the gradient is ",
        `${ratio} times`,
        ` as large as in layer ${hidden}, the last hidden one${rest}`,
      ];
}

/**
 * Write a ratio: as a power of ten where it is small or large.
 * @param {number} ratio
 */
export function ratioText(ratio) {
  if (ratio >= 0.01 && ratio < 1000) return short(ratio, 2);
  return power(ratio, 1).replaceAll(" ", "\u00a0"); // of one piece, wherever lines break
}
