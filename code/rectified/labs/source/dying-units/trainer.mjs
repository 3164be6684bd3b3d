/** Has the network trained anew in a worker whenever the settings change. */
import { connect } from "../core/connect.mjs";
import SOURCE from "./job.worker.mjs?text";
import { phases } from "./phases.mjs";
import { Run } from "./run.mjs";

/** @typedef {import("../core/state.mjs").State} State */
/** @typedef {import("./job.mjs").Frame} Frame */

export class Trainer {
  /** @type {State | undefined} */
  #next; // asked for while a training went on
  /** @type {readonly import("./phases.mjs").Phase[]} */
  #phases = [];
  #busy = false;
  #heard;

  /** @param {(run: Run | {fault: string}) => void} heard */
  constructor(heard) {
    this.#heard = heard;
    this.connection = connect(SOURCE, (/** @type {Frame | {fault: string}} */ heard) =>
      this.#hear(heard),
    );
    this.connection.run(true);
  }

  /**
   * Train with these settings. A training that has begun ends first, or while a slider moves none
   * would ever; of those that wait, only the last counts.
   * @param {State} state
   */
  train(state) {
    if (this.#busy) {
      this.#next = state;
      return;
    }
    this.#busy = true;
    this.#phases = phases(state);
    this.connection.make({ seed: state.seed, bias: state.bias, phases: this.#phases });
    this.connection.want(null);
  }

  /** @param {Frame | {fault: string}} heard */
  #hear(heard) {
    if (!("fault" in heard) && !heard.finished) {
      this.connection.want(null);
      return;
    }
    this.#busy = false;
    this.#heard("fault" in heard ? heard : new Run(heard, this.#phases));
    const next = this.#next;
    this.#next = undefined;
    if (next) this.train(next);
  }

  close() {
    this.connection.close();
  }
}
