/** A sum of hinges with a line underneath, and the same sum taken again by the next layer. */

/**
 * @typedef {[place: number, slope: number, side: string]} Hinge its side is "right" or "left"
 * @typedef {object} Layer f(x) = offset + slope · x + Σ of all hinges
 * @property {number} offset
 * @property {number} slope
 * @property {readonly Hinge[]} hinges
 */

export const GRID = Float64Array.from({ length: 201 }, (_, index) => index / 200); // of [0, 1]

/**
 * Return +1 for a hinge that acts to the right of its place, -1 for one to the left.
 * @param {Hinge} hinge
 */
export function sign([, , side]) {
  return side === "left" ? -1 : 1;
}

/**
 * Say whether a hinge acts nowhere between 0 and 1, so that no step of training can move it.
 * @param {Hinge} hinge
 */
export function dead(hinge) {
  return sign(hinge) > 0 ? hinge[0] >= 1 : hinge[0] <= 0;
}

/**
 * Return what one hinge adds: slope · max(0, ±(x - place)).
 * @param {Hinge} hinge
 * @param {number} x
 */
export function rise(hinge, x) {
  return hinge[1] * Math.max(0, sign(hinge) * (x - hinge[0]));
}

/**
 * @param {Layer} layer
 * @param {number} x
 */
export function value({ offset, slope, hinges }, x) {
  return hinges.reduce((sum, hinge) => sum + rise(hinge, x), offset + slope * x);
}

/**
 * Return f′(x), with slope 0 at a hinge's own place.
 * @param {Layer} layer
 * @param {number} x
 */
export function slopeAt({ slope, hinges }, x) {
  const acting = hinges.filter((hinge) => sign(hinge) * (x - hinge[0]) > 0);
  return acting.reduce((sum, hinge) => sum + sign(hinge) * hinge[1], slope);
}

/**
 * Return f(f(... f(x))), with as many f as there are layers.
 * @param {Layer} layer
 * @param {number} layers
 * @param {number} x
 */
export function output(layer, layers, x) {
  for (let l = 0; l < layers; l += 1) x = value(layer, x);
  return x;
}

/**
 * Return the layer without one of its hinges.
 * @param {Layer} layer
 * @param {number} index
 * @returns {Layer}
 */
export function without(layer, index) {
  return { ...layer, hinges: layer.hinges.filter((_, other) => other !== index) };
}

const FAINT = 0.3; // a slope from which training finds its way: smaller ones stay together

/**
 * Return a nearly flat line with its hinges spread evenly, for a training to begin with.
 * @param {number} count
 * @returns {Layer}
 */
export function flat(count) {
  const hinges = Array.from({ length: count }, (_, index) =>
    faint(Number(((index + 1) / (count + 1)).toFixed(4)), index),
  );
  return { offset: 0.5, slope: 0, hinges };
}

/**
 * Return a hinge that changes little, up or down in turn.
 * @param {number} place
 * @param {number} index
 * @returns {Hinge}
 */
export function faint(place, index) {
  return [place, index % 2 === 0 ? FAINT : -FAINT, "right"];
}

/**
 * Return the hinges that run up and down between 0 and 1, so that [0, 1] is folded onto itself.
 * @param {number} count
 * @returns {Layer}
 */
export function zigzag(count) {
  const pieces = count + 1;
  const hinges = Array.from({ length: count }, (_, index) => {
    const turn = index % 2 === 0 ? -2 * pieces : 2 * pieces;
    return /** @type {Hinge} */ ([Number(((index + 1) / pieces).toFixed(4)), turn, "right"]);
  });
  return { offset: 0, slope: pieces, hinges };
}

/**
 * Return the middle of the widest gap between neighbours.
 * @param {number[]} ends in order
 */
export function widest(ends) {
  const gaps = ends.slice(1).map((end, index) => end - ends[index]);
  const index = gaps.indexOf(Math.max(...gaps));
  return ends[index] + gaps[index] / 2;
}
