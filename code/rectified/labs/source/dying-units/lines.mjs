/** Where a unit's line w·x + b = 0 lies in a picture of the plane. */

/** @typedef {{w: number[], b: number}} Line */

/** A part of the plane. @typedef {{left: number, right: number, low: number, high: number}} Box */

/**
 * Return the place on a line that is nearest to a point; not a number if w is 0.
 * @param {Line} line
 * @param {number[]} point
 */
export function nearest({ w, b }, [x, y]) {
  const excess = (w[0] * x + w[1] * y + b) / (w[0] * w[0] + w[1] * w[1]);
  return [x - excess * w[0], y - excess * w[1]];
}

/**
 * Return the two ends of the part of a line that lies in a box; undefined if none does.
 * @param {Line} line
 * @param {Box} box
 */
export function clipped(line, { left, right, low, high }) {
  const [x, y] = nearest(line, [(left + right) / 2, (low + high) / 2]);
  const along = [-line.w[1], line.w[0]];
  const spans = [span(x, along[0], left, right), span(y, along[1], low, high)];
  const from = Math.max(spans[0][0], spans[1][0]);
  const to = Math.min(spans[0][1], spans[1][1]);
  if (!(from < to)) return undefined;
  return [from, to].map((t) => [x + t * along[0], y + t * along[1]]);
}

/**
 * Return the corners of the part of a box on a line's positive side, where w·x + b > 0.
 * @param {Line} line
 * @param {Box} box
 */
export function positiveSide({ w, b }, { left, right, low, high }) {
  const corners = [
    [left, low],
    [right, low],
    [right, high],
    [left, high],
  ];
  const sums = corners.map(([x, y]) => w[0] * x + w[1] * y + b);
  return corners.flatMap((corner, i) => {
    const next = (i + 1) % corners.length;
    const kept = sums[i] > 0 ? [corner] : [];
    if (sums[i] > 0 === sums[next] > 0) return kept;
    const share = sums[i] / (sums[i] - sums[next]);
    return [...kept, corner.map((entry, axis) => entry + share * (corners[next][axis] - entry))];
  });
}

/**
 * Return for which t the number start + t * rate lies between low and high.
 * @param {number} start
 * @param {number} rate
 * @param {number} low
 * @param {number} high
 */
function span(start, rate, low, high) {
  if (rate === 0) {
    return start >= low && start <= high
      ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      : [0, 0];
  }
  const ends = [(low - start) / rate, (high - start) / rate];
  return rate > 0 ? ends : ends.reverse();
}

/**
 * Return where the way from a box's middle to a line that misses the box leaves it.
 * @param {Line} line
 * @param {Box} box
 */
export function exit(line, { left, right, low, high }) {
  const [x, y] = [(left + right) / 2, (low + high) / 2];
  const [toX, toY] = nearest(line, [x, y]).map((end, i) => end - [x, y][i]);
  const share = Math.min((right - left) / 2 / Math.abs(toX), (high - low) / 2 / Math.abs(toY));
  return [x + share * toX, y + share * toY];
}

/**
 * Return how far a point is from a line.
 * @param {Line} line
 * @param {number[]} point
 */
export function distance(line, point) {
  const [x, y] = nearest(line, point);
  return Math.hypot(x - point[0], y - point[1]);
}
