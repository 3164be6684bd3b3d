/**
 * The three matrix products of a layer, row-major doubles: in WebAssembly with SIMD, or plain.
 *
 * Both give the same bits, because both add up an entry's products one by one in the same order.
 */
import bytes from "../products/products.wat";
import { Arena } from "./memory.mjs";

/**
 * Write start + a b to c, (rows, cols): entry (i, k) of a is a[i * aRow + k * aInner], entry (k, j)
 * of b is b[k * bInner + j * bCol]. A transposed matrix is the same array with strides exchanged.
 * @typedef {(a: Float64Array, aRow: number, aInner: number,
 *   b: Float64Array, bInner: number, bCol: number, start: Float64Array, c: Float64Array,
 *   rows: number, inner: number, cols: number) => void} Product
 */

/** @typedef {(sizes: readonly number[], longest: number) => Float64Array[]} Allocate */

/** The products, and the arrays that they can work on. */
export class Products {
  /**
   * @param {"wasm" | "plain"} name
   * @param {Product} product
   * @param {Allocate} allocate
   */
  constructor(name, product, allocate) {
    this.name = name;
    this.product = product;
    this.take = allocate;
    /** @type {Float64Array} */
    this.zeros = new Float64Array(0);
  }

  /**
   * Return an array of zeros for each size; arrays of an earlier call are void from now on. No
   * matrix of these may be longer or wider than `longest`.
   * @param {readonly number[]} sizes
   * @param {number} longest
   */
  allocate(sizes, longest) {
    const [zeros, ...arrays] = this.take([longest, ...sizes], longest);
    this.zeros = zeros;
    return arrays;
  }

  /**
   * Forward: z = x w + b, (rows, fanOut).
   * @param {Float64Array} x (rows, fanIn)
   * @param {Float64Array} w (fanIn, fanOut)
   * @param {Float64Array} b (fanOut)
   * @param {Float64Array} z
   * @param {number} rows
   * @param {number} fanIn
   * @param {number} fanOut
   */
  forward(x, w, b, z, rows, fanIn, fanOut) {
    this.product(x, fanIn, 1, w, fanOut, 1, b, z, rows, fanIn, fanOut);
  }

  /**
   * Backward, by the input: gradX = gradZ wᵀ, (rows, fanIn).
   * @param {Float64Array} gradZ (rows, fanOut)
   * @param {Float64Array} w (fanIn, fanOut)
   * @param {Float64Array} gradX
   * @param {number} rows
   * @param {number} fanIn
   * @param {number} fanOut
   */
  toInput(gradZ, w, gradX, rows, fanIn, fanOut) {
    this.product(gradZ, fanOut, 1, w, 1, fanOut, this.zeros, gradX, rows, fanOut, fanIn);
  }

  /**
   * Backward, by the weights: gradW = xᵀ gradZ, (fanIn, fanOut).
   * @param {Float64Array} x (rows, fanIn)
   * @param {Float64Array} gradZ (rows, fanOut)
   * @param {Float64Array} gradW
   * @param {number} rows
   * @param {number} fanIn
   * @param {number} fanOut
   */
  toWeights(x, gradZ, gradW, rows, fanIn, fanOut) {
    this.product(x, 1, fanIn, gradZ, fanOut, 1, this.zeros, gradW, fanIn, rows, fanOut);
  }

  /**
   * Backward, by the bias: gradB = the sum of each column of gradZ.
   * @param {Float64Array} gradZ (rows, fanOut)
   * @param {Float64Array} gradB
   * @param {number} rows
   * @param {number} fanOut
   */
  toBias(gradZ, gradB, rows, fanOut) {
    gradB.fill(0);
    for (let i = 0, at = 0; i < rows; i++) {
      for (let j = 0; j < fanOut; j++, at++) gradB[j] += gradZ[at];
    }
  }
}

/** @type {Product} */
function plainProduct(a, aRow, aInner, b, bInner, bCol, start, c, rows, inner, cols) {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      let sum = start[j];
      for (let k = 0; k < inner; k++) sum += a[i * aRow + k * aInner] * b[k * bInner + j * bCol];
      c[i * cols + j] = sum;
    }
  }
}

/** Return the products in JavaScript: three loops. */
export function plain() {
  return new Products("plain", plainProduct, (sizes) =>
    sizes.map((size) => new Float64Array(size)),
  );
}

/** Return the products in WebAssembly; throws where there is none, or none with SIMD. */
export function compiled() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    rectified: { memory },
  });
  const run = /** @type {(...numbers: number[]) => void} */ (instance.exports.product);
  const arena = new Arena(memory);
  let panel = new Float64Array(0); // room for four columns

  /** @type {Product} */
  function product(a, aRow, aInner, b, bInner, bCol, start, c, rows, inner, cols) {
    const [ta, tb] = [a.byteOffset, b.byteOffset];
    run(
      ta,
      8 * aRow,
      8 * aInner,
      tb,
      8 * bInner,
      8 * bCol,
      start.byteOffset,
      c.byteOffset,
      panel.byteOffset,
      rows,
      inner,
      cols,
    );
  }

  return new Products("wasm", product, (sizes, longest) => {
    const [first, ...others] = arena.allocate([4 * longest, ...sizes]);
    panel = first;
    return others;
  });
}

/** Return the fastest products that there are: some pages and browsers allow no WebAssembly. */
export function products() {
  try {
    if (WebAssembly.validate(bytes)) return compiled();
  } catch {
    // forbidden by the page's policy, or unknown to the browser: the plain ones do
  }
  return plain();
}
