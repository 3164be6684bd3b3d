/** Gradient flow: why does a deep sigmoid network not learn? */

import { control } from "./core/controls.mjs";
import { html, put, svg, write } from "./core/dom.mjs";
import { lab, serial } from "./core/lab.mjs";
import { Flow } from "./gradient-flow/flow.mjs";
import { layout } from "./gradient-flow/layout.mjs";
import { Outputs } from "./gradient-flow/outputs.mjs";
import { Plane } from "./gradient-flow/plane.mjs";
import { Progress } from "./gradient-flow/progress.mjs";
import { Trainer } from "./gradient-flow/trainer.mjs";
import { readout } from "./gradient-flow/words.mjs";

/** @typedef {import("./gradient-flow/job.mjs").Frame} Frame */

const LEARNS = { activation: "relu", initializer: "he_normal", gain: 1 };
const DOES_NOT = { activation: "sigmoid", initializer: "xavier_normal", gain: 1 };

class GradientFlow {
  /** @param {import("./core/lab.mjs").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {Frame | undefined} */
    this.frame = undefined;
    /** @type {Frame | undefined} the last of the network before, to compare */
    this.before = undefined;
    this.fault = "";
    this.plane = new Plane(stage);
    this.parts = { progress: new Progress(), flow: new Flow(), outputs: new Outputs() };
    const nodes = [this.plane, ...Object.values(this.parts)].map(({ node }) => node);
    const above = { style: "position: relative", "aria-hidden": true }; // above the canvas
    this.root = svg("svg", above, ...nodes);
    stage.picture.append(this.plane.canvas, this.root);
    this.trainer = new Trainer(stage, (heard) => this.#hear(heard));
    this.training = stage.button("Train", () => this.#toggle());
    this.change = stage.button("", () => this.#exchange());
    this.#place();
    stage.controls.append(this.#more());
  }

  /** Put the two buttons that matter above the picture, and the third below. */
  #place() {
    const { stage } = this;
    stage.picture.before(html("div", { class: "rc-actions" }, this.training, this.change));
    stage.button("New weights", () => {
      stage.set({ seed: (Number(stage.state.seed) + 1) % (stage.schema.seed.high + 1) });
    });
  }

  /** What is seldom changed, folded. */
  #more() {
    const { stage } = this;
    const name = "learning_rate";
    const made = control(stage.schema[name], {
      id: `${stage.words.id}-${name}-${serial()}`,
      signal: stage.signal,
      moved: (value) => stage.set({ [name]: value }),
    });
    stage.shown.set(name, made);
    return html("details", {}, html("summary", {}, "More"), made.node);
  }

  #learns() {
    const { activation, initializer } = this.stage.state;
    return activation === LEARNS.activation && initializer === LEARNS.initializer;
  }

  #exchange() {
    this.stage.set(this.#learns() ? DOES_NOT : LEARNS);
    this.#train();
  }

  #toggle() {
    if (this.trainer.running) this.trainer.stop();
    else this.#train();
    this.stage.invalidate();
  }

  /** Train; from the start, if there is nothing more to do. */
  #train() {
    if (this.frame?.finished) this.#make();
    this.trainer.start();
    this.stage.invalidate();
  }

  /** @param {boolean} [other]  whether it is another kind of network */
  #make(other = false) {
    if (this.frame && (other || this.frame.steps > 0)) this.before = this.frame;
    this.trainer.make(this.stage.state);
  }

  /** @param {Frame | {fault: string}} heard */
  #hear(heard) {
    this.fault = "fault" in heard ? heard.fault : "";
    if (!("fault" in heard)) this.frame = heard;
    this.stage.invalidate();
  }

  /**
   * A try or Reset shows the start; on the way to a setting by hand, training goes on.
   * @param {ReadonlySet<string>} names
   * @param {boolean} led
   */
  changed(names, led) {
    if (led) this.trainer.stop();
    this.#make(names.has("activation") || names.has("initializer"));
  }

  waits() {
    return !this.frame && !this.fault;
  }

  /** @param {number} width */
  draw(width) {
    const { frame, before, plane, parts, trainer } = this;
    const places = layout(width);
    put(this.root, { viewBox: `0 0 ${width} ${places.height}`, height: places.height });
    plane.draw(places.plane, frame);
    parts.progress.draw(places.progress, frame, before);
    parts.flow.draw(places, frame, before);
    parts.outputs.draw(places.outputs, frame);
    write(this.training, trainer.running ? "Pause" : frame?.finished ? "Train again" : "Train");
    write(this.change, this.#learns() ? "Back to sigmoid with Xavier" : "Change to ReLU with He");
    if (frame) trainer.drawn(frame);
    if (this.fault) return [`The training failed: ${this.fault}`];
    return frame ? readout(frame) : ["The network is being drawn."];
  }
}

export default lab({
  controls: ["depth", "width", "activation", "initializer", "gain", "task"],
  build: (stage) => new GradientFlow(stage),
});
