/** What the marks of the picture mean, beside the marks. */
import { put, svg } from "../core/dom.mjs";
import { colour, label } from "../core/plot.mjs";
import { STYLES } from "./styles.mjs";

/** @typedef {import("./run.mjs").Fate} Fate */

const LINE = 20; // pixels

/** @type {readonly [Fate, string][]} */
const LINES = [
  ["alive", "alive, active on the triangle's side"],
  ["dead", "dead, all examples on the other side"],
  ["off", "active on none, yet the slope is not 0"],
];

export class Key {
  /** @param {string} hatching  its id */
  constructor(hatching) {
    const boxes = { alive: colour("seq-4"), dead: `url(#${hatching})`, off: "none" };
    this.node = svg(
      "g",
      {},
      ...LINES.flatMap(([fate, words], i) => entry(fate, words, boxes[fate], i)),
    );
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  draw(x, y) {
    put(this.node, { transform: `translate(${x} ${y})` });
  }
}

/**
 * Return a line with its tick, a piece of a row, and what they mean.
 * @param {Fate} fate
 * @param {string} words
 * @param {string} box
 * @param {number} index
 */
function entry(fate, words, box, index) {
  const { ink, dash, fill } = STYLES[fate];
  const top = index * LINE;
  const stroke = colour(ink);
  return [
    svg("path", { d: `M0 ${top + 11}H26`, stroke, "stroke-width": 1.75, "stroke-dasharray": dash }),
    svg("path", {
      d: `M7.6 ${top + 11}L13 ${top + 2}L18.4 ${top + 11}Z`,
      stroke,
      fill: colour(fill),
    }),
    svg("rect", { x: 34.5, y: top + 2.5, width: 12, height: 9, fill: box, stroke: colour("rule") }),
    label(words, { x: 54, y: top + 12 }),
  ];
}
