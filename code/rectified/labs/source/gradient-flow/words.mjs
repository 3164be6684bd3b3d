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
 * @param {Frame} frame
 * @returns {string[]}
 */
function reached({ depth, gradient, theory }) {
  if (depth === 1) return ["With one layer, the gradient has no way to go."];
  const ratio = gradient[0] / gradient[depth - 1];
  if (ratio === 0) return ["Of the gradient at the last layer, ", "nothing", " reaches layer 1."];
  const hidden = theory.gradient.length;
  const factor = (theory.gradient[0] / theory.gradient[hidden - 1]) ** (1 / (hidden - 1));
  const rest = hidden < 2 ? "." : `; for the start, theory has × ${short(factor, 2)} a layer.`;
  return ratio < 1
    ? [`Of the gradient’s size at layer ${depth}, `, ratioText(ratio), ` is left at layer 1${rest}`]
    : [
        "At layer 1 the gradient is ",
        `${ratioText(ratio)} times`,
        ` as large as at layer ${depth}${rest}`,
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
