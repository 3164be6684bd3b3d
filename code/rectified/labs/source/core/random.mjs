/**
 * Chance by name: one stream of numbers for each seed and purpose, the same on every machine.
 *
 * What one purpose draws moves no other, as in `rectified.networks.streams`: a lab that adds noise
 * to its data keeps its first weights.
 */

const UNIT = 2 ** -53;
const HALF = 2 ** 32;

/**
 * Mix the bits of a 32-bit number (the finalizer of MurmurHash 3): neighbours become strangers.
 * @param {number} bits
 */
function mixed(bits) {
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/**
 * Return 32 bits that tell one text from another (FNV-1a).
 * @param {string} text
 */
function hash(text) {
  let bits = 0x811c9dc5;
  for (const sign of text)
    bits = Math.imul(bits ^ /** @type {number} */ (sign.codePointAt(0)), 0x01000193);
  return mixed(bits);
}

/** A generator of 128 bits of state: Chris Doty-Humphrey's sfc32, which passes PractRand. */
export class Generator {
  /**
   * @param {number} seed  an integer from 0 to 2 ** 53 - 1; throws RangeError for others
   * @param {string} purpose  such as "weights"
   */
  constructor(seed, purpose) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`seed must be an integer, 0 or more, got ${seed}`);
    }
    this.a = mixed(seed | 0);
    this.b = mixed((seed / HALF) | 0);
    this.c = hash(purpose);
    this.count = 1;
    /** @type {number | undefined} */
    this.spare = undefined;
    for (let round = 0; round < 15; round++) this.bits(); // until each bit has moved all others
  }

  /** Return 32 random bits, as an integer from 0 to 2 ** 32 - 1. */
  bits() {
    const sum = (this.a + this.b + this.count) | 0;
    this.count = (this.count + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /**
   * Return a number from [low, high); of [0, 1) it has all 53 bits that a double has there.
   * @param {number} low
   * @param {number} high
   */
  uniform(low = 0, high = 1) {
    const unit = ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) * UNIT;
    return low + (high - low) * unit;
  }

  /** Return a number from N(0, 1). Of each pair that Box and Muller make, one waits. */
  normal() {
    if (this.spare !== undefined) {
      const waited = this.spare;
      this.spare = undefined;
      return waited;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform())); // 1 - 0, for log(0) is infinite
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /**
   * Return one of 0, 1, ..., n - 1. The most likely is so by less than n / 2 ** 53.
   * @param {number} n
   */
  integer(n) {
    return Math.floor(this.uniform() * n);
  }

  /**
   * Put the entries into a random order, in place; each order is equally likely.
   * @template {Int32Array | Float64Array | unknown[]} T
   * @param {T} entries
   * @returns {T}
   */
  shuffle(entries) {
    for (let last = entries.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const entry = entries[last];
      entries[last] = entries[other];
      entries[other] = entry;
    }
    return entries;
  }
}
