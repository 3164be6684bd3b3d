/** A number at each step, thinned out as the steps become many. */
import { KEPT } from "./sizes.mjs";

export class History {
  constructor() {
    /** Steps from one kept number to the next. */
    this.stride = 1;
    /** @type {number[]} */
    this.values = [];
  }

  /**
   * @param {number} step  counted from 0, and called for each
   * @param {number} value
   */
  add(step, value) {
    if (step > this.stride * KEPT) {
      this.stride *= 2;
      this.values = this.values.filter((_, index) => index % 2 === 0);
    }
    if (step % this.stride === 0) this.values.push(value);
  }
}
