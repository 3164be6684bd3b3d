/** One column for each layer: what the plots below each other share. */
import { linear } from "../core/scale.mjs";

/** @typedef {import("../core/scale.mjs").Scale} Scale */

const APART = 26; // pixels between two numbers of an axis, at least

/**
 * Return the scale of layers, 1 to depth, each in the middle of its column.
 * @param {number} depth
 * @param {import("./layout.mjs").Place} place
 * @returns {Scale}
 */
export function columns(depth, { x, width }) {
  const scale = linear([0.5, depth + 0.5], [x, x + width]);
  const every = [1, 2, 5, 10].find((step) => (step * width) / depth >= APART) ?? 10;
  const layers = Array.from({ length: depth }, (_, index) => index + 1);
  const ticks = layers.filter((layer) => layer % every === 0 || (layer === 1 && every !== 2));
  return { ...scale, ticks };
}

/**
 * Return the path of one histogram for each layer, upright and mirrored about the middle of its
 * column; the longest bar of a layer fills the column.
 * @param {Float64Array} shares  layer after layer, of equally many bins
 * @param {number} bins
 * @param {Scale} x  of layers
 * @param {(layer: number, bin: number) => number} edge  the height of a bin's lower edge, in pixels
 */
export function histograms(shares, bins, x, edge) {
  const half = 0.44 * Math.abs(x.at(2) - x.at(1));
  let path = "";
  for (let layer = 0; layer * bins < shares.length; layer++) {
    const own = shares.subarray(layer * bins, (layer + 1) * bins);
    const most = Math.max(...own);
    if (most > 0) path += column(own, x.at(layer + 1), half / most, (bin) => edge(layer, bin));
  }
  return path;
}

/**
 * @param {Float64Array} shares
 * @param {number} middle
 * @param {number} scale
 * @param {(bin: number) => number} edge
 */
function column(shares, middle, scale, edge) {
  let path = "";
  shares.forEach((share, bin) => {
    if (share === 0) return;
    const [half, top] = [scale * share, edge(bin + 1)];
    const left = (middle - half).toFixed(1);
    path += `M${left} ${edge(bin).toFixed(1)}h${(2 * half).toFixed(1)}V${top.toFixed(1)}H${left}Z`;
  });
  return path;
}

/**
 * Return the path of a disc.
 * @param {number} x
 * @param {number} y
 * @param {number} r
 */
export function disc(x, y, r) {
  const around = `a${r} ${r} 0 1 0`;
  return `M${(x - r).toFixed(1)} ${y.toFixed(1)}${around} ${2 * r} 0${around} ${-2 * r} 0Z`;
}
