/** What outputs cost, and the gradient by them: the losses of `rectified.networks.losses`. */

/**
 * A loss is the mean over a batch. z and grad are (batch, outputs); y holds `targets(outputs)`
 * numbers for each example.
 * @typedef {object} Loss
 * @property {string} title
 * @property {(outputs: number) => number} targets
 * @property {(z: Float64Array, y: Float64Array, grad: Float64Array, outputs: number) => number
 * } value  returns the loss and writes its gradient by z to grad
 * @property {(z: Float64Array, y: Float64Array, outputs: number) => number} accuracy
 *   the share of examples whose largest output is the label's; NaN where there are no labels
 */

/**
 * Return the largest of the numbers from start to end; NaN if one is NaN.
 * @param {Float64Array} z
 * @param {number} start
 * @param {number} end
 */
function largest(z, start, end) {
  let most = z[start];
  for (let i = start + 1; i < end; i++) most = Math.max(most, z[i]);
  return most;
}

/**
 * The mean of -log p[y], p = softmax(z), with gradient (p - [y]) / batch; y holds labels. The
 * largest score is taken off first, so that no exponential overflows.
 * @type {Loss["value"]}
 */
function crossEntropy(z, y, grad, outputs) {
  const batch = y.length;
  let loss = 0;
  for (let row = 0; row < batch; row++) {
    const start = row * outputs;
    const end = start + outputs;
    const most = largest(z, start, end);
    let total = 0;
    for (let i = start; i < end; i++) total += grad[i] = Math.exp(z[i] - most);
    for (let i = start; i < end; i++) grad[i] /= total * batch;
    grad[start + y[row]] -= 1 / batch;
    loss += Math.log(total) - (z[start + y[row]] - most);
  }
  return loss / batch;
}

/** @type {Loss["accuracy"]} */
function shareRight(z, y, outputs) {
  let right = 0;
  for (let row = 0; row < y.length; row++) {
    const start = row * outputs;
    const most = largest(z, start, start + outputs);
    if (Number.isNaN(most)) return Number.NaN;
    const chosen = z.subarray(start, start + outputs).indexOf(most); // of equals the first
    if (chosen === y[row]) right += 1;
  }
  return right / y.length;
}

/**
 * The mean of (z - y)² over batch and outputs, with gradient 2 (z - y) / number.
 * @type {Loss["value"]}
 */
function squaredError(z, y, grad) {
  let loss = 0;
  for (let i = 0; i < y.length; i++) {
    const difference = z[i] - y[i];
    grad[i] = difference * (2 / y.length);
    loss += difference * difference;
  }
  return loss / y.length;
}

/** @type {Readonly<Record<"softmax_cross_entropy" | "mean_squared_error", Loss>>} */
export const LOSSES = Object.freeze({
  softmax_cross_entropy: {
    title: "softmax cross-entropy",
    targets: () => 1,
    value: crossEntropy,
    accuracy: shareRight,
  },
  mean_squared_error: {
    title: "mean squared error",
    targets: (outputs) => outputs,
    value: squaredError,
    accuracy: () => Number.NaN,
  },
});
