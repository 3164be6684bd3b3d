/** What a picture of the hinges shows, computed once for each picture. */
import { GRID, output } from "./hinges.mjs";
import { pieces } from "./pieces.mjs";
import { distance, TARGETS } from "./targets.mjs";

/**
 * @typedef {object} View
 * @property {import("./hinges.mjs").Layer} layer
 * @property {number} layers
 * @property {number} selected
 * @property {import("./pieces.mjs").Segment[]} first pieces of one layer
 * @property {import("./pieces.mjs").Segment[]} last pieces of all layers
 * @property {Float64Array} output of the last layer on the grid
 * @property {Float64Array | undefined} target on the grid
 * @property {string} name of the target, as the page calls it
 * @property {number} error root mean square distance of the two; NaN without a target
 */

/**
 * @param {import("./bench.mjs").Bench} bench
 * @returns {View}
 */
export function view({ layer, layers, selected, stage }) {
  const name = String(stage.state.target);
  const title = stage.schema.target.options.find(([option]) => option === name)?.[1] ?? name;
  const out = GRID.map((x) => output(layer, layers, x));
  const target = Object.hasOwn(TARGETS, name) ? GRID.map(TARGETS[name]) : undefined;
  return {
    layer,
    layers,
    selected,
    first: pieces(layer, 1),
    last: pieces(layer, layers),
    output: out,
    target,
    name: title.toLowerCase(),
    error: target ? distance(out, target) : Number.NaN,
  };
}

/**
 * Return the ends of pieces, for a path.
 * @param {import("./pieces.mjs").Segment[]} segments
 */
export function ends(segments) {
  return {
    x: [segments[0].x[0], ...segments.map((one) => one.x[1])],
    y: [segments[0].y[0], ...segments.map((one) => one.y[1])],
  };
}
