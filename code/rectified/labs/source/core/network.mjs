/**
 * A multilayer perceptron: hidden layers of weighted sums and an activation, and weighted sums at
 * the end. The book's third, beside NumPy (`rectified.networks`) and PyTorch; it knows no page.
 *
 * With G = ∂loss/∂z of a layer and its input h: ∂loss/∂w = hᵀ G, ∂loss/∂b = the sum of G over the
 * batch, ∂loss/∂h = G wᵀ. Source: rumelhart1986learning.
 */
import { fill, fillSlope } from "./formulas.mjs";

/**
 * @typedef {import("./formulas.mjs").Activation} Activation
 * @typedef {import("./initializers.mjs").Initializer} Initializer
 * @typedef {import("./products.mjs").Products} Products
 * @typedef {import("./random.mjs").Generator} Generator
 * @typedef {{fanIn: number, fanOut: number}} Fans
 * @typedef {{w: Float64Array, b: Float64Array}} Parameters  w is (fanIn, fanOut), b is (fanOut)
 */

/**
 * What a layer holds: parameters, their gradient, and what the last pass wrote, row-major.
 * @typedef {object} Signals
 * @property {Parameters} gradient
 * @property {Float64Array} input (batch, fanIn): h of the layer before, or x
 * @property {Float64Array} z (batch, fanOut): input w + b
 * @property {Float64Array} h (batch, fanOut): f(z); of the last layer z itself
 * @property {Float64Array} gradZ (batch, fanOut): the gradient by z
 * @typedef {Fans & Parameters & Signals} Layer
 */

/** @param {readonly number[]} numbers */
const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

/**
 * Return each layer's views into a row of numbers: all weights, layer by layer, then all biases,
 * as in `Parameters.flat`.
 * @param {Float64Array} flat
 * @param {readonly Fans[]} fans
 * @returns {Parameters[]}
 */
function views(flat, fans) {
  let start = 0;
  /** @param {number} size */
  function next(size) {
    start += size;
    return flat.subarray(start - size, start);
  }
  const weights = fans.map(({ fanIn, fanOut }) => next(fanIn * fanOut));
  return weights.map((w, layer) => ({ w, b: next(fans[layer].fanOut) }));
}

/**
 * @param {string} name
 * @param {readonly number[]} numbers
 */
function checkWhole(name, numbers) {
  const wrong = numbers.find((number) => !Number.isInteger(number) || number < 1);
  if (wrong !== undefined) {
    throw new RangeError(`${name} must be integers of 1 or more, got ${wrong}`);
  }
}

export class Network {
  /**
   * All memory is taken here, none later. A network made before from the same `products` is void
   * from now on.
   * Throws RangeError unless widths and batch are integers of 1 or more.
   * @param {object} settings
   * @param {readonly number[]} settings.widths  inputs, hidden layers, outputs
   * @param {Activation} settings.f
   * @param {number} settings.batch  examples in a pass
   * @param {Products} settings.products
   */
  constructor({ widths, f, batch, products }) {
    checkWhole("widths", widths);
    checkWhole("batch", [batch]);
    this.f = f;
    this.batch = batch;
    this.products = products;
    const fans = widths.slice(1).map((fanOut, layer) => ({ fanIn: widths[layer], fanOut }));
    const parameters = total(fans.map(({ fanIn, fanOut }) => (fanIn + 1) * fanOut));
    const wide = Math.max(...widths);
    const room = [batch * wide, batch * wide];
    const signals = fans.flatMap(({ fanOut }) => Array(3).fill(batch * fanOut));
    const sizes = [parameters, parameters, batch * widths[0], ...room, ...signals];
    const [theta, gradient, x, ...others] = products.allocate(sizes, Math.max(batch, wide));
    this.theta = theta;
    this.gradient = gradient;
    this.x = x;
    this.room = others.slice(0, 2);
    this.layers = this.#layers(fans, others.slice(2));
  }

  /**
   * @param {readonly Fans[]} fans
   * @param {readonly Float64Array[]} signals  z, h and gradZ of each layer
   * @returns {readonly Layer[]}
   */
  #layers(fans, signals) {
    const gradients = views(this.gradient, fans);
    let input = this.x;
    return views(this.theta, fans).map((parameters, index) => {
      const [z, own, gradZ] = signals.slice(3 * index, 3 * index + 3);
      const h = index === fans.length - 1 ? z : own;
      const layer = {
        ...fans[index],
        ...parameters,
        gradient: gradients[index],
        input,
        z,
        h,
        gradZ,
      };
      input = h;
      return layer;
    });
  }

  /** The last layer. */
  get output() {
    return this.layers[this.layers.length - 1];
  }

  /**
   * Draw all weights, and start with this bias in hidden layers, 0 in the last.
   * @param {Initializer} initializer
   * @param {Generator} rng
   * @param {{gain?: number, bias?: number}} [more]
   */
  draw(initializer, rng, { gain = 1, bias = 0 } = {}) {
    for (const layer of this.layers) {
      initializer.draw(layer.w, layer.fanIn, layer.fanOut, rng, gain);
      layer.b.fill(layer === this.output ? 0 : bias);
    }
  }

  /** Send x through all layers. */
  forward() {
    const { batch, f, output, products } = this;
    for (const { input, w, b, z, h, fanIn, fanOut } of this.layers) {
      products.forward(input, w, b, z, batch, fanIn, fanOut);
      if (z !== output.z) fill(f, z, h, batch * fanOut);
    }
  }

  /** Send the gradient back, given that by the outputs in `output.gradZ`. */
  backward() {
    const { batch, products } = this;
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const { input, w, gradZ, gradient, fanIn, fanOut } = this.layers[index];
      products.toWeights(input, gradZ, gradient.w, batch, fanIn, fanOut);
      products.toBias(gradZ, gradient.b, batch, fanOut);
      if (index === 0) return;
      const below = this.layers[index - 1];
      products.toInput(gradZ, w, below.gradZ, batch, fanIn, fanOut);
      this.#throughActivation(below);
    }
  }

  /**
   * Turn the gradient by h, which stands in gradZ, into that by z: times f'(z), entry by entry.
   * @param {Layer} layer
   */
  #throughActivation({ z, gradZ }) {
    const slope = this.room[0];
    fillSlope(this.f, z, slope, z.length);
    for (let i = 0; i < z.length; i++) gradZ[i] *= slope[i];
  }

  /**
   * Write the outputs at other points to `out`, and leave what the last pass wrote.
   * @param {Float64Array} points (n, inputs), of any n
   * @param {Float64Array} out (n, outputs)
   */
  evaluate(points, out) {
    const [{ fanIn }, { fanOut }] = [this.layers[0], this.output];
    const n = points.length / fanIn;
    for (let first = 0; first < n; first += this.batch) {
      const rows = Math.min(this.batch, n - first);
      const h = this.#through(points.subarray(first * fanIn, (first + rows) * fanIn), rows);
      out.set(h.subarray(0, rows * fanOut), first * fanOut);
    }
  }

  /**
   * @param {Float64Array} points (rows, inputs)
   * @param {number} rows  at most `batch`
   */
  #through(points, rows) {
    let [h, z] = this.room;
    h.set(points);
    for (const layer of this.layers) {
      this.products.forward(h, layer.w, layer.b, z, rows, layer.fanIn, layer.fanOut);
      if (layer !== this.output) fill(this.f, z, z, rows * layer.fanOut);
      [h, z] = [z, h];
    }
    return h;
  }
}
