/** The picture: plane, key and chart in their places, and what the hand can do in it. */
import { put, svg, write } from "../core/dom.mjs";
import { Handle } from "../core/handle.mjs";
import { serial } from "../core/lab.mjs";
import { colour, label } from "../core/plot.mjs";
import { Chart } from "./chart.mjs";
import { Key } from "./key.mjs";
import { layout } from "./layout.mjs";
import { Plane } from "./plane.mjs";
import { STEPS, UNITS } from "./sizes.mjs";
import { fateOf } from "./words.mjs";

/** @typedef {import("../core/lab.mjs").Stage} Stage */
/** @typedef {import("./run.mjs").Run} Run */

export class Picture {
  /** @type {Run | undefined} */
  #run;
  #step = 0;

  /**
   * @param {Stage} stage
   * @param {(changes: {step?: number, unit?: number}) => void} moved
   */
  constructor(stage, moved) {
    const hatching = `${stage.words.id}-dead-${serial()}`;
    this.state = () => stage.state;
    this.moved = moved;
    this.plane = new Plane();
    this.key = new Key(hatching);
    this.chart = new Chart(hatching);
    this.marked = label("", { fill: colour("text") });
    this.time = this.#timeHandle(stage.signal);
    this.unit = this.#unitHandle(stage.signal);
    this.root = svg("svg", {}, this.plane.node, this.key.node, this.chart.node, this.marked);
    this.root.append(this.unit.node, this.time.node);
    this.root.addEventListener("click", (event) => this.#click(event), { signal: stage.signal });
    stage.picture.append(this.root);
  }

  /** @param {AbortSignal} signal */
  #timeHandle(signal) {
    const bounds = { low: 0, high: STEPS, step: 1 };
    const from = (/** @type {number} */ left) => this.chart.x.from(left);
    const moved = (/** @type {number} */ step) => this.moved({ step });
    return new Handle({ label: "Step shown", ...bounds, from, moved, signal });
  }

  /** @param {AbortSignal} signal */
  #unitHandle(signal) {
    const bounds = { low: 1, high: UNITS, step: 1, upright: true };
    const from = (/** @type {number} */ _, /** @type {number} */ top) => this.chart.rank(top) + 1;
    const moved = (/** @type {number} */ unit) => this.moved({ unit });
    return new Handle({ label: "Unit marked, from the bottom", ...bounds, from, moved, signal });
  }

  /**
   * A click marks the unit whose row or line is there; in a row, it goes to the step as well.
   * @param {MouseEvent} event
   */
  #click({ clientX, clientY, target }) {
    const box = this.root.getBoundingClientRect();
    const [left, top] = [clientX - box.left, clientY - box.top];
    const run = this.#run;
    if (!run || (target instanceof Element && target.closest(".rc-handle"))) return;
    if (this.chart.holds(left, top)) {
      this.moved({ step: Math.round(this.chart.x.from(left)), unit: this.chart.rank(top) + 1 });
    } else if (this.plane.holds(left, top)) {
      const unit = this.plane.unitAt(run, this.#step, left, top);
      if (unit !== undefined) this.moved({ unit: run.order.indexOf(unit) + 1 });
    }
  }

  /**
   * @param {number} width
   * @param {Run | undefined} run
   * @param {number} step
   */
  draw(width, run, step) {
    const places = layout(width);
    const { plane, loss, rows, height } = places;
    const rank = Number(this.state().unit) - 1;
    const unit = run?.order[rank] ?? 0;
    [this.#run, this.#step] = [run, step];
    put(this.root, { height, viewBox: `0 0 ${width} ${height}` });
    this.key.draw(plane.x, plane.y + plane.height + 6);
    this.chart.ground(places, run);
    if (run) {
      this.plane.draw(plane, run, step, unit);
      this.chart.draw(loss, run, step, rank);
    }
    this.#grips(rows, step, rank, run ? fateOf(run, step, unit) : "being trained");
  }

  /**
   * @param {import("./layout.mjs").Place} rows
   * @param {number} step
   * @param {number} rank
   * @param {string} fate
   */
  #grips(rows, step, rank, fate) {
    const bottom = rows.y + rows.height;
    put(this.marked, { x: rows.x, y: bottom + 56 });
    write(this.marked, `Marked: ${fate}`);
    const middle = this.chart.top(rank) + rows.height / UNITS / 2;
    this.unit.draw(rows.x - 15, middle, rank + 1, `unit ${rank + 1}: ${fate}`, colour("text"));
    this.time.draw(this.chart.x.at(step), bottom + 14, step, `step ${step}`, colour("accent"));
  }
}
