/** Where the parts of the picture stand: side by side, or on a phone one below the other. */
import { UNITS } from "./sizes.mjs";

/** @typedef {{x: number, y: number, width: number, height: number}} Place */

const ROW = 9; // pixels of a unit's row
const GRIP = 40; // room for the handle beside the rows
const KEY = 64; // three lines below the plane
const AXIS = 58; // below the rows: the handle, the steps
const LOSS = 56;
const TITLE = 26;

/**
 * @param {number} width
 * @returns {{plane: Place, loss: Place, rows: Place, height: number}}
 */
export function layout(width) {
  const rows = ROW * UNITS;
  const right = 2 * TITLE + LOSS + rows + AXIS;
  if (width >= 560) {
    const side = right - TITLE - KEY;
    const size = Math.min(side, Math.round(0.46 * width));
    const plane = { x: 0, y: TITLE, width: size, height: side };
    return { plane, ...chart(size + GRIP, width - size - GRIP, 0), height: right };
  }
  const plane = { x: 0, y: TITLE, width, height: Math.min(250, width) };
  const top = TITLE + plane.height + KEY + 8;
  return { plane, ...chart(GRIP - 12, width - GRIP + 12, top), height: top + right };
}

/**
 * @param {number} x
 * @param {number} room
 * @param {number} y
 */
function chart(x, room, y) {
  const width = room - 12; // half of the last step's number
  const top = y + 2 * TITLE + LOSS;
  return {
    loss: { x, y: y + TITLE, width, height: LOSS },
    rows: { x, y: top, width, height: ROW * UNITS },
  };
}
