/** Where the parts of the picture stand. */
import { keyHeight } from "./key.mjs";

/** @typedef {{x: number, y: number, width: number, height: number}} Place */

const TITLE = 26; // above each part
const STEPS = 38; // below the progress: its numbers, its name
const LEFT = 44; // numbers of the axes
const RIGHT = 8; // half of the last number
const FLOW = 216;
const ZEROS = 20; // below the flow: the share of gradients that are 0
const OUTPUTS = 84;
const LAYERS = 38;

/**
 * @param {number} width
 * @returns {Record<"plane" | "progress" | "key" | "flow" | "zeros" | "outputs", Place> & {height: number}}
 */
export function layout(width) {
  const side = Math.round(Math.min(230, 0.43 * width));
  const across = side + LEFT + (width < 480 ? 6 : 24);
  const key = TITLE + side + TITLE + 20;
  const flow = key + keyHeight(width);
  const zeros = flow + FLOW + 8;
  const outputs = zeros + ZEROS + TITLE;
  const room = width - LEFT - RIGHT;
  return {
    plane: { x: 0, y: TITLE, width: side, height: side },
    progress: { x: across, y: TITLE, width: width - across - 10, height: side - STEPS },
    key: { x: 0, y: key, width, height: flow - key },
    flow: { x: LEFT, y: flow, width: room, height: FLOW },
    zeros: { x: LEFT, y: zeros, width: room, height: ZEROS - 4 },
    outputs: { x: LEFT, y: outputs, width: room, height: OUTPUTS },
    height: outputs + OUTPUTS + LAYERS,
  };
}
