/** Where text finds room between curves: names beside their curves, a note beside a point. */

/** @typedef {{x: number, y: number}} Point in pixels */
/** @typedef {{x: [number, number], y: [number, number]}} Frame left, right; bottom, top */

const [LETTER, TALL] = [7.2, 13]; // pixels of a letter, about
const AIR = 6; // between a name and its curve
const ENOUGH = 26; // more room than this does not make a place better
const NOTE = { wide: 88, tall: 32, away: 16 }; // two lines beside a point
const AROUND = [-1, 1, -2, 2].flatMap((down) => [-1, 1].map((across) => [across, down]));

/**
 * Return the middles of names, each beside its curve, where that is farthest from all else.
 * @param {readonly string[]} names
 * @param {readonly (readonly Point[])[]} lines  the curve of each name
 * @param {readonly (readonly Point[])[]} others  what else is drawn, for each name
 * @param {Frame} frame
 * @returns {Point[]}
 */
export function placed(names, lines, others, frame) {
  /** @type {Point[]} */
  const taken = [];
  return names.map((name, i) => {
    const best = bestPlace(lines[i], name.length * LETTER, [...others[i], ...taken], frame);
    taken.push(...covered(best, name));
    return best;
  });
}

/**
 * Return points all along a name.
 * @param {Point} middle
 * @param {string} name
 */
export function covered({ x, y }, name) {
  const half = (name.length * LETTER) / 2;
  return Array.from({ length: 21 }, (_, i) => ({ x: x + (i / 10 - 1) * half, y }));
}

/**
 * Return the middle of a name's box.
 * @param {readonly Point[]} line
 * @param {number} wide
 * @param {readonly Point[]} others
 * @param {Frame} frame
 */
function bestPlace(line, wide, others, { x: [left, right], y: [bottom, top] }) {
  let [best, most] = [{ x: (left + right) / 2, y: top + TALL }, Number.NEGATIVE_INFINITY];
  for (let x = right - wide / 2 - 2; x >= left + wide / 2 + 2; x -= 6) {
    const along = line.filter((point) => Math.abs(point.x - x) <= wide / 2 + 2).map(({ y }) => y);
    if (along.length < 2) continue;
    const [high, low] = [Math.min(...along), Math.max(...along)];
    for (const y of [high - AIR - TALL / 2, low + AIR + TALL / 2]) {
      if (y - TALL / 2 < top || y + TALL / 2 > bottom) continue;
      const room = roomAt({ x, y }, wide, TALL, others) - 0.3 * (low - high); // steep: far away
      if (room > most) [best, most] = [{ x, y }, room];
    }
  }
  return best;
}

/**
 * Return the middle of a note's box beside a point: above and to the left, as most curves rise, or
 * the next place that covers less.
 * @param {Point} point
 * @param {readonly Point[]} others
 * @param {Frame} frame
 * @returns {Point}
 */
export function beside(point, others, { x: [left, right], y: [bottom, top] }) {
  const { wide, tall, away } = NOTE;
  let [best, least] = [point, Number.POSITIVE_INFINITY];
  for (const [across, down] of AROUND) {
    const wanted = point.x + across * (away + wide / 2);
    const x = Math.min(Math.max(wanted, left + wide / 2), right - wide / 2);
    const y = point.y + Math.sign(down) * (away + tall / 2) + (down - Math.sign(down)) * tall;
    if (y - tall / 2 < top || y + tall / 2 > bottom) continue;
    const over = others.filter((other) => roomAt({ x, y }, wide, tall, [other]) < 2).length;
    if (over < least) [best, least] = [{ x, y }, over];
  }
  return best;
}

/**
 * Return how far a box is from the nearest point; below 0 for a point in it.
 * @param {Point} middle
 * @param {number} wide
 * @param {number} tall
 * @param {readonly Point[]} others
 */
function roomAt({ x, y }, wide, tall, others) {
  let room = ENOUGH;
  for (const other of others) {
    const gap = Math.max(Math.abs(other.x - x) - wide / 2, Math.abs(other.y - y) - tall / 2);
    room = Math.min(room, gap);
  }
  return room;
}
