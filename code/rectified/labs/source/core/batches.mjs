/** The examples of one step after the other. */

/**
 * @typedef {import("./random.mjs").Generator} Generator
 * @typedef {import("./tasks.mjs").Examples} Examples
 */

/**
 * All examples, where a batch is all of them; else each once an epoch, in a new order. What is left
 * over at an epoch's end, fewer than a batch, is passed over.
 */
export class Batches {
  /**
   * @param {Examples} examples
   * @param {number} fanIn
   * @param {number} size  of a batch; as many as there are, if it is more
   * @param {Generator} rng
   */
  constructor({ x, y }, fanIn, size, rng) {
    this.x = x;
    this.y = y;
    this.fanIn = fanIn;
    this.n = x.length / fanIn;
    this.size = Math.min(size, this.n);
    this.targets = y.length / this.n; // numbers for each example
    this.rng = rng;
    this.order = Int32Array.from({ length: this.n }, (_, index) => index);
    this.used = this.n;
  }

  /**
   * Write the next batch.
   * @param {Float64Array} x (size, fanIn)
   * @param {Float64Array} y (size, targets)
   */
  next(x, y) {
    if (this.used + this.size > this.n) {
      if (this.size < this.n) this.rng.shuffle(this.order);
      this.used = 0;
    }
    for (let row = 0; row < this.size; row++) {
      const example = this.order[this.used + row];
      copyRow(this.x, example, x, row, this.fanIn);
      copyRow(this.y, example, y, row, this.targets);
    }
    this.used += this.size;
  }
}

/**
 * @param {Float64Array} from
 * @param {number} source  row to read
 * @param {Float64Array} to
 * @param {number} target  row to write
 * @param {number} length  of a row
 */
function copyRow(from, source, to, target, length) {
  for (let i = 0; i < length; i++) to[target * length + i] = from[source * length + i];
}
