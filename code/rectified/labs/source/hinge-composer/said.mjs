/** The readout: what there is to see, in a sentence. */
import { fixed } from "../core/format.mjs";
import { dead } from "./hinges.mjs";

/** @typedef {import("./hinges.mjs").Layer} Layer */

const DEAD = "A dead hinge acts nowhere from 0 to 1, so no step of training moves it.";

/**
 * @param {import("./view.mjs").View} view
 * @param {number} steps of training
 * @returns {import("../core/lab.mjs").Readout}
 */
export function said(view, steps) {
  const { layer, layers, last, target, name, error } = view;
  const lost = layers === 1 ? layer.hinges.filter(dead).length : 0;
  const makers = layers > 1 ? folding(layer, layers) : adding(layer, lost);
  const before = steps > 0 ? `After ${counted(steps, "step")}, ${makers}` : makers;
  const all = layers * (layer.hinges.length + 1); // from 0 on, the line underneath is a ReLU, too
  const flat = layers > 1 && steps === 0 ? ` (${all} ReLUs in one layer: at most ${all + 1})` : "";
  const unit = layers === 1 && steps === 0 ? " (root mean square)." : "."; // two lines on a phone
  const off = target ? [", ", fixed(error, 3), ` off the ${name}${unit}`] : ["."];
  const parts = [before, counted(last.length, "piece"), flat + off[0], ...off.slice(1)];
  return lost > 0 ? [...parts.slice(0, -1), `${parts[parts.length - 1]} ${DEAD}`] : parts;
}

/** @type {(layer: Layer, layers: number) => string} */
function folding({ hinges }, layers) {
  return `${layers} layers of ${counted(hinges.length, "hinge")} on a line make `;
}

/** @type {(layer: Layer, lost: number) => string} */
function adding({ hinges }, lost) {
  return `${counted(hinges.length, "hinge")}${lost > 0 ? ` (${lost} dead)` : ""} on a line make `;
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
