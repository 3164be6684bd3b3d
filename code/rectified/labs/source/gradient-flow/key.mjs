/** What the marks of the sizes mean, in as many rows as the width asks for. */
import { put, svg } from "../core/dom.mjs";
import { colour, label } from "../core/plot.mjs";
import { disc } from "./columns.mjs";

const ROW = 19; // pixels
const MARK = 30; // from the start of an entry to its words
const APART = 18;
const LETTER = 6.7; // pixels a letter takes at most, on average

const DISC = disc(12, 0, 4);
const ENTRIES = /** @type {const} */ ([
  ["outputs h", DISC, {}],
  ["gradients g = ∂L/∂z, with histograms", DISC, { fill: colour("surface") }],
  ["theory for the start", "M0 -3H24M0 3H5M9 3H14M18 3H24", { fill: "none" }],
]);

/**
 * Return where each entry starts.
 * @param {number} width
 */
function starts(width) {
  let [x, row] = [0, 0];
  return ENTRIES.map(([words]) => {
    const wide = MARK + LETTER * words.length;
    if (x > 0 && x + wide > width) [x, row] = [0, row + 1];
    const start = { x, y: row * ROW };
    x += wide + APART;
    return start;
  });
}

/**
 * Return how tall the key is.
 * @param {number} width
 */
export function keyHeight(width) {
  return starts(width)[ENTRIES.length - 1].y + ROW;
}

export class Key {
  constructor() {
    this.marks = ENTRIES.map(([, d, look]) => svg("path", { d, "stroke-width": 1.75, ...look }));
    const words = ENTRIES.map(([text]) => label(text, { x: MARK, y: 4.5 }));
    this.entries = words.map((text, i) => svg("g", {}, this.marks[i], text));
    this.node = svg("g", {}, ...this.entries);
  }

  /**
   * @param {import("./layout.mjs").Place} place
   * @param {string} ink
   */
  draw({ x: left, y: top, width }, ink) {
    starts(width).forEach(({ x, y }, i) => {
      put(this.entries[i], { transform: `translate(${left + x} ${top + y})` });
      put(this.marks[i], { stroke: ink });
    });
    put(this.marks[0], { fill: ink });
  }
}
