/** The readout: what there is to see, in a sentence. */
import { fixed } from "../shared/format.mjs";
import { dead } from "./hinges.mjs";

/**
 * @param {import("./view.mjs").View} view
 * @param {number} steps of training
 * @returns {import("../shared/lab.mjs").Readout}
 */
export function said(view, steps) {
  const { layer, layers, last, target, name, error } = view;
  const count = layer.hinges.length;
  const hinges = counted(count, "hinge");
  const lost = layers === 1 ? layer.hinges.filter(dead).length : 0;
  const living = lost > 0 ? `${hinges} (${lost} dead)` : hinges;
  const makers = layers > 1 ? `${layers} layers of ${hinges} make ` : `${living} on a line make `;
  const before = steps > 0 ? `After ${counted(steps, "step")}, ${makers}` : makers;
  const flat = `all ${layers * count} in one layer: ${layers * count + 1}`;
  const most = `at most ${(count + 1) ** layers}; ${flat}`;
  const bounds = layers > 1 && steps === 0 ? ` (${most})` : "";
  const off = [", ", fixed(error, 3), ` off the ${name} (root mean square).`];
  const [comma, ...rest] = target ? off : ["."];
  return [before, counted(last.length, "piece"), bounds + comma, ...rest];
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
