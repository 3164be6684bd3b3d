/** How a gradient becomes a step, as in `rectified.networks.optimizers`, with its usual settings. */

/**
 * `update` takes step number t, counted from 1, in place. What it remembers are `slots` arrays as
 * long as theta, zero at first, that the training keeps for it.
 * @typedef {object} Optimizer
 * @property {string} title
 * @property {number} slots
 * @property {(theta: Float64Array, grad: Float64Array, slots: readonly Float64Array[],
 *   rate: number, t: number) => void} update
 */

const MOMENTUM = 0.9;
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * Gradient descent: θ ← θ - rate · g. Source: robbins1951stochastic.
 * @type {Optimizer["update"]}
 */
function descend(theta, grad, _, rate) {
  for (let i = 0; i < theta.length; i++) theta[i] -= rate * grad[i];
}

/**
 * Heavy ball: v ← momentum · v + g, θ ← θ - rate · v. Source: polyak1964some.
 * @type {Optimizer["update"]}
 */
function roll(theta, grad, [velocity], rate) {
  for (let i = 0; i < theta.length; i++) {
    velocity[i] = MOMENTUM * velocity[i] + grad[i];
    theta[i] -= rate * velocity[i];
  }
}

/**
 * Running means of g and g², corrected for their start at 0. Source: kingma2015adam.
 * @type {Optimizer["update"]}
 */
function adapt(theta, grad, [mean, square], rate, t) {
  const step = rate / (1 - BETA1 ** t);
  const unbiased = 1 - BETA2 ** t;
  for (let i = 0; i < theta.length; i++) {
    mean[i] = BETA1 * mean[i] + (1 - BETA1) * grad[i];
    square[i] = BETA2 * square[i] + (1 - BETA2) * grad[i] * grad[i];
    theta[i] -= (step * mean[i]) / (Math.sqrt(square[i] / unbiased) + EPSILON);
  }
}

/** @type {Readonly<Record<"SGD" | "Momentum" | "Adam", Optimizer>>} */
export const OPTIMIZERS = Object.freeze({
  SGD: { title: "SGD", slots: 0, update: descend },
  Momentum: { title: "SGD with momentum", slots: 1, update: roll },
  Adam: { title: "Adam", slots: 2, update: adapt },
});
