/** Dying units: what kills a unit, and what brings one back. */

import { html, write } from "./core/dom.mjs";
import { lab } from "./core/lab.mjs";
import { ACTING, actFrom, phases } from "./dying-units/phases.mjs";
import { Picture } from "./dying-units/picture.mjs";
import { Player } from "./dying-units/player.mjs";
import { STEPS } from "./dying-units/sizes.mjs";
import { Trainer } from "./dying-units/trainer.mjs";
import { acting, KEY, readout } from "./dying-units/words.mjs";

/** @typedef {import("./core/lab.mjs").Stage} Stage */
/** @typedef {import("./dying-units/run.mjs").Run} Run */

const TRAINED = [...ACTING, "bias", "seed", "past", "since"]; // entries that a training depends on

class DyingUnits {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {Run | undefined} */
    this.run = undefined;
    this.fault = "";
    this.picture = new Picture(stage, (changes) => this.show(changes));
    this.before = html("p", { style: "margin-top: var(--rc-space-3); font-weight: 600" });
    stage.key(KEY);
    stage.controls.before(this.before);
    this.playing = stage.button("Play", () => this.#play());
    this.player = new Player(stage.calm, () => this.#played());
    this.acting = stage.button("", () => stage.set(actFrom(stage.state, this.step)));
    stage.button("New weights", () => stage.set({ seed: this.#nextSeed() }));
    this.trainer = new Trainer((heard) => this.#hear(heard));
    stage.onClose(() => {
      this.player.stop();
      this.trainer.close();
    });
  }

  /** The step that is shown. */
  get step() {
    const asked = this.player.step ?? Number(this.stage.state.step);
    return Math.min(asked, this.run?.taken ?? STEPS);
  }

  /**
   * Whether the controls can act from a step on: nothing follows the last.
   * @param {number} step
   */
  #canAct(step) {
    const { state, schema } = this.stage;
    return step < STEPS && actFrom(state, step).past.length <= schema.past.most;
  }

  #nextSeed() {
    const { state, schema } = this.stage;
    return (Number(state.seed) + 1) % (schema.seed.high + 1);
  }

  /**
   * The reader moves to another step, or marks another unit.
   * @param {import("./core/state.mjs").State} changes
   */
  show(changes) {
    this.player.stop();
    this.stage.set(changes);
  }

  #play() {
    if (this.player.step !== undefined) this.show({ step: this.step });
    else if (this.run) this.player.play(this.step < this.run.taken ? this.step : 0, this.run.taken);
  }

  #played() {
    const { step, ended } = this.player;
    if (ended) this.show({ step: Number(step) });
    else this.stage.invalidate();
  }

  /** @param {Run | {fault: string}} heard */
  #hear(heard) {
    this.fault = "fault" in heard ? heard.fault : "";
    if (!("fault" in heard)) this.run = heard;
    this.stage.invalidate();
  }

  /** @param {ReadonlySet<string>} names */
  changed(names) {
    const { state, shown } = this.stage;
    if (TRAINED.some((name) => names.has(name))) this.trainer.train(state);
    const said = acting(phases(state));
    write(this.before, said);
    this.before.hidden = said === "";
    const leak = shown.get("leak")?.node;
    if (leak) leak.hidden = state.activation !== "leaky_relu";
  }

  waits() {
    return !this.run && !this.fault;
  }

  /** @param {number} width */
  draw(width) {
    const { run, step } = this;
    write(this.playing, this.player.step === undefined ? "Play" : "Stop");
    write(this.acting, `Change only what follows step ${step}`);
    this.acting.disabled = !this.#canAct(step);
    this.picture.draw(width, run, step);
    this.stage.readout.style.minHeight = `${width < 480 ? 4 : 2}lh`; // so that nothing jumps
    if (this.fault) return [`The training failed: ${this.fault}`];
    return run ? readout(run, step) : ["The network is being trained."];
  }
}

export default lab({
  controls: ["learning_rate", "bias", "offset", "activation", "leak", "optimizer"],
  build: (stage) => new DyingUnits(stage),
});
