/** Where the numbers of a network lie: arrays in the one memory that a WebAssembly module sees. */

const PAGE = 65536; // bytes
const LINE = 64; // bytes of a cache line, at which each array begins

export class Arena {
  /** @param {WebAssembly.Memory} memory */
  constructor(memory) {
    this.memory = memory;
  }

  /**
   * Return an array of zeros for each size, all at once: a memory that grows takes the ground from
   * every array in it. So what was handed out before is void from now on, and its place is used
   * again: the memory is never larger than its largest tenant needed.
   * @param {readonly number[]} sizes  numbers of doubles
   */
  allocate(sizes) {
    /** @type {number[]} */
    const starts = [];
    let end = 0;
    for (const size of sizes) {
      starts.push(end);
      end += Math.ceil((size * Float64Array.BYTES_PER_ELEMENT) / LINE) * LINE;
    }
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.memory.grow(missing);
    new Uint8Array(this.memory.buffer, 0, end).fill(0);
    return sizes.map((size, index) => new Float64Array(this.memory.buffer, starts[index], size));
  }
}
