/** The page's side of the training: when the worker steps, and when the state gets the hinges. */
import { connect } from "../core/connect.mjs";
import SOURCE from "./job.worker.mjs?text";

/**
 * @typedef {import("./hinges.mjs").Layer} Layer
 * @typedef {import("./job.mjs").Frame} Frame
 */

const PACE = 0.03; // each picture is 3 % of the steps so far ahead of the last: first slow, then fast
const CALM = { pace: 1, pause: 500 }; // where motion is not wanted: two pictures a second
const HANDED = 30; // frames from one hand-over to the state to the next

export class Trainer {
  /** @type {ReturnType<typeof connect<Frame>> | undefined} */
  #connection;
  #timer = 0;
  #asked = 0; // steps
  #frames = 0;
  #key = ""; // of the state that the job started from or handed over; "" without a job
  /** @type {import("../core/state.mjs").State} the hinges that the job started from */
  #start = {};

  /**
   * @param {import("../core/lab.mjs").Stage} stage
   * @param {(layer: Layer) => void} show
   */
  constructor(stage, show) {
    this.stage = stage;
    this.show = show;
    this.running = false;
    this.finished = false;
    this.steps = 0;
    stage.onClose(() => {
      this.drop();
      this.#connection?.close();
    });
  }

  /** Train, or stop and keep what is there; when it is finished, train again from the same start. */
  toggle() {
    if (this.running) this.#stop();
    else {
      if (this.finished) {
        this.drop();
        this.stage.set(this.#start);
      }
      this.running = true;
      this.#ask(1);
    }
    this.stage.invalidate();
  }

  /** Take one step. */
  once() {
    this.running = false;
    this.#ask(1);
  }

  /** Forget the job: its hinges were changed by hand. */
  drop() {
    clearTimeout(this.#timer);
    this.running = false;
    this.finished = false;
    this.steps = 0;
    this.#key = "";
  }

  /** Drop the job if the state is no longer the one that it works on. */
  follow() {
    if (this.#key !== "" && this.#key !== key(this.stage.state)) this.drop();
  }

  /** Go on after a picture was drawn, with as many steps as the next one shall be ahead. */
  drawn() {
    if (!this.running || this.steps < this.#asked) return;
    const { pace, pause } = this.stage.calm ? CALM : { pace: PACE, pause: 0 };
    const more = () => this.#ask(Math.max(1, Math.round(pace * this.steps)));
    clearTimeout(this.#timer);
    if (pause > 0) this.#timer = setTimeout(more, pause);
    else more();
  }

  /** @param {number} steps */
  #ask(steps) {
    if (this.#key === "") this.#make();
    this.#asked += steps;
    this.#connection?.steps(steps);
    this.#connection?.want(null);
  }

  #make() {
    const { state, schema } = this.stage;
    const { target, layers } = state;
    const settings = { target, layers, layer: layerOf(state), reach: schema.slope.high };
    this.#connection ??= connect(SOURCE, (heard) => this.#hear(heard));
    this.#connection.make(settings);
    this.#asked = 0;
    this.#frames = 0;
    this.#start = { offset: state.offset, slope: state.slope, hinges: state.hinges };
    this.#key = key(state);
  }

  /** @param {Frame | import("../core/connect.mjs").Fault} heard */
  #hear(heard) {
    if (this.#key === "") return; // dropped while it was on its way
    if ("fault" in heard) {
      this.drop();
      this.stage.announce(`Training failed: ${heard.fault}.`);
      return;
    }
    this.steps = heard.steps;
    const layer = read(heard.theta, layerOf(this.stage.state));
    this.show(layer);
    this.finished = heard.finished;
    if (heard.finished) this.running = false;
    if (!this.running || this.#frames % HANDED === 0) this.#hand(layer);
    this.#frames += 1;
    if (this.steps < this.#asked) this.#connection?.want(null);
    this.stage.invalidate();
  }

  #stop() {
    this.running = false;
    clearTimeout(this.#timer);
    this.#connection?.want(null);
  }

  /**
   * Give the state the hinges, rounded, so that an address stays short.
   * @param {Layer} layer
   */
  #hand({ offset, slope, hinges }) {
    const rounded = {
      offset: round(offset),
      slope: round(slope),
      hinges: hinges.map(([place, bend, side]) => [round(place), round(bend), side]),
    };
    this.#key = key({ ...this.stage.state, ...rounded });
    this.stage.set(rounded);
  }
}

/**
 * Return what the state says of the hinges.
 * @param {import("../core/state.mjs").State} state
 */
export function layerOf({ offset, slope, hinges }) {
  return /** @type {Layer} */ (/** @type {unknown} */ ({ offset, slope, hinges }));
}

/**
 * @param {Float64Array} theta as the job orders it
 * @param {Layer} layer whose hinges know their sides
 * @returns {Layer}
 */
function read(theta, { hinges }) {
  const { length } = hinges;
  return {
    offset: theta[0],
    slope: theta[1],
    hinges: hinges.map(([, , side], k) => [theta[2 + length + k], theta[2 + k], side]),
  };
}

/** @param {import("../core/state.mjs").State} state */
function key({ offset, slope, hinges, target, layers }) {
  return JSON.stringify([offset, slope, hinges, target, layers]);
}

/** @param {number} value */
function round(value) {
  return Number(value.toFixed(4));
}
