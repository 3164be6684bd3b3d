/** The readout: what there is to see, in a sentence. */
import { fixed } from "../core/format.mjs";
import { dead } from "./hinges.mjs";

/** @typedef {import("./hinges.mjs").Layer} Layer */

/**
 * @param {import("./view.mjs").View} view
 * @param {number} steps of training
 * @returns {import("../core/lab.mjs").Readout}
 */
export function said(view, steps) {
  const { layer, layers, last, target, name, error } = view;
  const makers = layers > 1 ? folding(layer, layers) : adding(layer);
  const before = steps > 0 ? `After ${counted(steps, "step")}, ${makers}` : makers;
  const all = layers * layer.hinges.length;
  const flat = layers > 1 && steps === 0 ? ` (${all} in one layer: at most ${all + 1})` : "";
  const unit = layers === 1 && steps === 0 ? " (root mean square)." : "."; // two lines on a phone
  const off = target ? [", ", fixed(error, 3), ` off the ${name}${unit}`] : ["."];
  return [before, counted(last.length, "piece"), flat + off[0], ...off.slice(1)];
}

/** @type {(layer: Layer, layers: number) => string} */
function folding({ hinges }, layers) {
  return `${layers} layers of ${counted(hinges.length, "hinge")} make `;
}

/** @param {Layer} layer */
function adding({ hinges }) {
  const lost = hinges.filter(dead).length;
  return `${counted(hinges.length, "hinge")}${lost > 0 ? ` (${lost} dead)` : ""} on a line make `;
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
