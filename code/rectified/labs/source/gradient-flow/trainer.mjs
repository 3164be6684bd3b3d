/** The page's side of the training: when the worker steps, and when it shows what came of it. */
import { connect } from "../core/connect.mjs";
import SOURCE from "./job.worker.mjs?text";

/** @typedef {import("./job.mjs").Frame} Frame */

const PACE = 0.2; // steps a millisecond: slow enough to see it happen
const AHEAD = 12; // steps at most between two pictures
const CALM = { ahead: 100, pause: 500 }; // where motion is not wanted: two pictures a second
const SURFACE = 16; // steps from one surface to the next, which takes as long as a few of them

export class Trainer {
  #fresh = false; // a frame was heard, and has not been drawn
  #asked = 0; // steps
  #painted = 0; // step of the latest surface
  #since = 0; // when steps were asked for last
  #timer = 0;

  /**
   * @param {import("../core/lab.mjs").Stage} stage
   * @param {(heard: Frame | {fault: string}) => void} heard
   */
  constructor(stage, heard) {
    this.running = false;
    this.calm = stage.calm;
    this.worker = connect(SOURCE, (/** @type {Frame | {fault: string}} */ answer) => {
      if ("fault" in answer) this.running = false;
      this.#fresh = true;
      heard(answer);
    });
    stage.onClose(() => {
      clearTimeout(this.#timer);
      this.worker.close();
    });
  }

  /**
   * Begin with a new network; if there was a training, it goes on with this one.
   * @param {unknown} settings
   */
  make(settings) {
    clearTimeout(this.#timer);
    this.#fresh = false; // what was heard is of the network before
    this.#asked = 0;
    this.worker.make(settings);
    this.#want(0, true);
  }

  start() {
    this.running = true;
    this.#since = performance.now();
    this.#want(this.#painted, true);
  }

  stop() {
    this.running = false;
    clearTimeout(this.#timer);
    this.#want(this.#painted, true);
  }

  /**
   * A frame is drawn: ask for what comes next.
   * @param {Frame} frame
   */
  drawn({ steps, finished }) {
    const fresh = this.#fresh;
    this.#fresh = false;
    if (!fresh || !this.running) return;
    if (finished) {
      this.stop();
      return;
    }
    const more = () => this.#more(steps);
    clearTimeout(this.#timer);
    if (this.calm) this.#timer = setTimeout(more, CALM.pause);
    else more();
  }

  /** @param {number} steps  taken so far */
  #more(steps) {
    const now = performance.now();
    if (steps >= this.#asked) {
      const due = Math.round(PACE * (now - this.#since));
      const more = Math.min(Math.max(due, 1), this.calm ? CALM.ahead : AHEAD);
      this.#since = now;
      this.#asked = steps + more;
      this.worker.steps(more);
    }
    this.#want(steps, this.calm || steps >= this.#painted + SURFACE);
  }

  /**
   * @param {number} steps
   * @param {boolean} surface
   */
  #want(steps, surface) {
    if (surface) this.#painted = steps;
    this.worker.want({ surface });
  }
}
