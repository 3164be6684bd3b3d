/** Goes through the steps of a training by itself, when asked. */

const SPEED = 60; // steps a second
const PAUSE = 500; // milliseconds between two pictures for readers who asked for less motion

export class Player {
  /** @type {number | undefined} the step that it has come to; undefined if it rests */
  step;
  ended = false;
  #timer = 0;
  #frame = 0;

  /**
   * @param {boolean} calm
   * @param {() => void} moved
   */
  constructor(calm, moved) {
    this.calm = calm;
    this.moved = moved;
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  play(from, to) {
    const start = performance.now();
    this.step = from;
    const tick = () => {
      const passed = Math.floor(((performance.now() - start) * SPEED) / 1000);
      this.step = Math.min(from + passed, to);
      this.ended = this.step === to;
      if (!this.ended) this.#later(tick);
      this.moved();
    };
    this.#later(tick);
  }

  /** @param {() => void} tick */
  #later(tick) {
    if (this.calm) this.#timer = setTimeout(tick, PAUSE);
    else this.#frame = requestAnimationFrame(tick);
  }

  stop() {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.step = undefined;
    this.ended = false;
  }
}
