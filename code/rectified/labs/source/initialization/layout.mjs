/** Where the three plots stand: a wide one over two, or on a phone one below the other. */

/** @typedef {{x: number, y: number, width: number, height: number}} Place */

const [TOP, BOTTOM, LEFT, RIGHT] = [30, 40, 40, 12]; // room around the axes of a plot
const TALL = { depths: 216, below: 170 };
const GAP = 24; // between neighbours

/**
 * Return the places of the axes, in pixels of the picture.
 * @param {number} width
 * @returns {{depths: Place, dial: Place, bell: Place, height: number}}
 */
export function layout(width) {
  const depths = { x: LEFT, y: TOP, width: width - LEFT - RIGHT, height: TALL.depths };
  const second = TOP + TALL.depths + BOTTOM + TOP;
  const height = TALL.below;
  if (width >= 560) {
    const half = (width - GAP) / 2;
    const dial = { x: LEFT, y: second, width: half - LEFT - RIGHT, height };
    const bell = { x: half + GAP, y: second, width: half - GAP, height };
    return { depths, dial, bell, height: second + height + BOTTOM };
  }
  const third = second + height + BOTTOM + TOP;
  const dial = { x: LEFT, y: second, width: width - LEFT - RIGHT, height };
  const bell = { x: RIGHT, y: third, width: width - 2 * RIGHT, height };
  return { depths, dial, bell, height: third + height + BOTTOM };
}
