/** The training over time: the loss, and below it a row for each unit. */
import { put, svg, write } from "../core/dom.mjs";
import { Axis, colour, curve, label } from "../core/plot.mjs";
import { linear, logarithmic } from "../core/scale.mjs";
import { STEPS, UNITS } from "./sizes.mjs";
import { change } from "./words.mjs";

/** @typedef {import("./run.mjs").Run} Run */
/** @typedef {import("./layout.mjs").Place} Place */

const SHADES = 6; // of blue
const LOSSES = /** @type {[number, number]} */ ([1e-3, 10]); // shown at least
const [LEAST, MOST] = [1e-9, 1e9]; // shown at most
const [LETTER, TITLE] = [6.6, 40]; // pixels of a letter, about, and of "loss"

export class Chart {
  /** @param {string} id  of the hatching, unique in the page */
  constructor(id) {
    this.step = new Axis("x");
    this.height = new Axis("y");
    this.loss = svg("path", { fill: "none", stroke: colour("text"), "stroke-width": 2 });
    this.titles = [label("loss", {}), label("", {})];
    this.frame = svg("rect", { fill: "none", stroke: colour("rule") });
    this.shades = Array.from({ length: SHADES }, (_, i) =>
      svg("path", { fill: colour(`seq-${i + 1}`) }),
    );
    this.dead = svg("path", { fill: `url(#${id})` });
    this.marked = svg("rect", { fill: "none", stroke: colour("text"), "stroke-width": 1.5 });
    this.now = svg("path", { stroke: colour("text"), "stroke-width": 1.5, fill: "none" });
    this.changes = svg("path", {
      stroke: colour("negative"),
      "stroke-width": 1.5,
      "stroke-dasharray": "2 3",
      fill: "none",
    });
    this.said = svg("g");
    this.node = svg("g", {}, hatching(id), this.frame, ...this.shades, this.dead, this.changes);
    this.node.append(this.loss, this.height.node, this.step.node, this.marked, this.now);
    this.node.append(...this.titles, this.said);
    this.x = linear([0, STEPS], [0, 1]);
    this.y = logarithmic(LOSSES, [1, 0]);
    this.place = { x: 0, y: 0, width: 1, height: 1 };
  }

  /**
   * Draw what stands before there is a training.
   * @param {{loss: Place, rows: Place}} places
   * @param {Run | undefined} run
   */
  ground({ loss, rows }, run) {
    this.place = rows;
    this.x = linear([0, STEPS], [rows.x, rows.x + rows.width], 3);
    this.y = logarithmic(run ? losses(run) : LOSSES, [loss.y + loss.height, loss.y], 3);
    this.step.draw(this.x, rows.y + rows.height + 22, "step");
    this.height.draw(this.y, loss.x);
    put(this.frame, { ...rows });
    put(this.titles[0], { x: loss.x + 6, y: loss.y - 8 });
    put(this.titles[1], { x: rows.x, y: rows.y - 8 });
    const dies = !run || run.firsts.some((first) => first <= run.taken);
    write(
      this.titles[1],
      `24 units, ${dies ? "the first to die at the bottom" : "none of them dies"}`,
    );
  }

  /**
   * @param {Place} loss
   * @param {Run} run
   * @param {number} step
   * @param {number} marked  rank of a unit
   */
  draw(loss, run, step, marked) {
    const { x, width, height } = this.place;
    this.#loss(run);
    this.#rows(run);
    this.#changes(loss, run);
    put(this.marked, { x, y: this.top(marked), width, height: height / UNITS });
    put(this.now, { d: `${this.#upright(loss, step)}v8` });
  }

  /**
   * A line through loss and rows at a step; it spares the words between them.
   * @param {Place} loss
   * @param {number} step
   */
  #upright(loss, step) {
    const { y, height } = this.place;
    return `M${this.x.at(step)} ${loss.y}v${loss.height}M${this.x.at(step)} ${y}v${height}`;
  }

  /**
   * Return the upper edge of a row; the first to die is at the bottom.
   * @param {number} rank
   */
  top(rank) {
    const { y, height } = this.place;
    return y + height - ((rank + 1) * height) / UNITS;
  }

  /**
   * Return the rank of the row at a height of the picture.
   * @param {number} top
   */
  rank(top) {
    const { y, height } = this.place;
    return Math.floor(((y + height - top) / height) * UNITS);
  }

  /**
   * @param {number} left  pixels
   * @param {number} top  pixels
   */
  holds(left, top) {
    const { x, y, width, height } = this.place;
    return left >= x && left <= x + width && top > y && top <= y + height;
  }

  /** @param {Run} run */
  #loss({ frame, taken }) {
    const steps = Float64Array.from({ length: taken + 1 }, (_, step) => step);
    const [low, high] = this.y.values;
    const within = frame.loss.map((loss) => Math.min(Math.max(loss, low), high));
    put(this.loss, { d: curve(steps, within, this.x, this.y) });
  }

  /**
   * Fill the rows: runs of equal shade become one box each.
   * @param {Run} run
   */
  #rows(run) {
    const paths = Array(SHADES + 2).fill("");
    const height = this.place.height / UNITS - 1;
    run.order.forEach((unit, rank) => {
      const top = this.top(rank) + 0.5;
      let [from, before] = [0, shade(run, 0, unit)];
      for (let step = 1; step <= run.taken; step += 1) {
        const now = step < run.taken ? shade(run, step, unit) : -1;
        if (now === before) continue;
        const [left, right] = [this.x.at(from), this.x.at(step)];
        paths[before] +=
          `M${left.toFixed(1)} ${top}H${right.toFixed(1)}v${height}H${left.toFixed(1)}Z`;
        [from, before] = [step, now];
      }
    });
    put(this.dead, { d: paths[SHADES + 1] });
    this.shades.forEach((path, i) => {
      put(path, { d: paths[i + 1] });
    });
  }

  /**
   * Say at each change of the settings what changed.
   * @param {Place} loss
   * @param {Run} run
   */
  #changes(loss, { phases }) {
    const { x, width } = this.place;
    const first = x + TITLE;
    const later = phases.slice(1);
    put(this.changes, {
      d: later.map(({ start }) => this.#upright(loss, start)).join(""),
    });
    while (this.said.children.length > later.length) this.said.lastElementChild?.remove();
    while (this.said.children.length < later.length) this.said.append(label("", {}));
    later.forEach((phase, index) => {
      const [node, left] = [this.said.children[index], this.x.at(phase.start)];
      const all = change(phases[index], phase);
      const fits = LETTER * all.length <= width - TITLE;
      const words = fits ? all : `${all.split(", ").length} settings change`;
      const last = x + width - LETTER * words.length;
      put(node, { x: Math.max(first, Math.min(left + 4, last)), y: loss.y - 8 });
      put(node, { fill: colour("text") });
      write(node, words);
    });
  }
}

/**
 * Return which fill a unit has at a step: 0 for active on none, then blues, then dead.
 * @param {Run} run
 * @param {number} step
 * @param {number} unit
 */
function shade(run, step, unit) {
  return run.dead(step, unit) ? SHADES + 1 : Math.ceil(SHADES * run.share(step, unit));
}

/**
 * Return powers of ten between which all losses of a training lie, as far as they can be shown.
 * @param {Run} run
 * @returns {[number, number]}
 */
function losses({ frame, taken }) {
  const shown = frame.loss.subarray(0, taken + 1);
  const low = Math.max(Math.min(LOSSES[0], ...shown), LEAST);
  const high = Math.min(Math.max(LOSSES[1], ...shown), MOST);
  return [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high))];
}

/** @param {string} id */
export function hatching(id) {
  const side = { width: 5, height: 5 };
  const ground = svg("rect", { ...side, fill: colour("surface") });
  const line = svg("path", { d: "M0 0V5", stroke: colour("dead"), "stroke-width": 2 });
  const turned = { patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  return svg("pattern", { id, ...side, ...turned }, ground, line);
}
