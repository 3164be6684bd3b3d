/** Accuracy, or loss, against steps; and that of the training before. */
import { put, svg, write } from "../core/dom.mjs";
import { percent, short } from "../core/format.mjs";
import { Axis, colour, curve, label } from "../core/plot.mjs";
import { linear, logarithmic } from "../core/scale.mjs";
import { KEPT } from "./sizes.mjs";

/**
 * @typedef {import("./job.mjs").Frame} Frame
 * @typedef {import("../core/scale.mjs").Scale} Scale
 * @typedef {import("./layout.mjs").Place} Place
 */

const LOSSES = /** @type {[number, number]} */ ([1e-3, 10]);

export class Progress {
  constructor() {
    this.step = new Axis("x");
    this.value = new Axis("y");
    const line = { fill: "none", "stroke-linejoin": "round" };
    this.chance = svg("path", { stroke: colour("rule"), fill: "none" });
    this.before = svg("path", { ...line, "stroke-width": 1.5, stroke: colour("rule-strong") });
    this.line = svg("path", { ...line, "stroke-width": 2.5 });
    this.end = svg("circle", { r: 4 });
    this.title = label("", {});
    this.labels = [label("", {}), label("", {}), label("", { "font-weight": 600 })];
    this.node = svg("g", {}, this.chance, this.before, this.line, this.end);
    this.node.append(this.step.node, this.value.node, this.title, ...this.labels);
  }

  /**
   * @param {Place} place
   * @param {Frame | undefined} frame
   * @param {Frame | undefined} before  the last of the training before
   */
  draw(place, frame, before) {
    const { x: left, y: top, width, height } = place;
    const labelled = frame?.labelled ?? true;
    const old = before && before.steps > 0 && before.labelled === labelled ? before : undefined;
    const span = KEPT * (frame?.history.stride ?? 1);
    const x = linear([0, span], [left, left + width], 4);
    const up = /** @type {[number, number]} */ ([top + height, top]);
    const y = labelled ? { ...linear([0.3, 1], up), ticks: [0.5, 1] } : logarithmic(LOSSES, up, 3);
    this.step.draw(x, top + height, "step");
    this.value.draw(y, left, "", labelled ? percent : short);
    put(this.title, { x: left - 34, y: top - 9 });
    write(this.title, labelled ? "accuracy" : "mean squared error");
    put(this.chance, { d: labelled ? `M${left} ${y.at(0.5)}h${width}` : null });
    put(this.before, { d: old ? line(old, x, y) : null });
    if (frame) this.#now(frame, x, y);
    this.#label(place, frame, old, y);
  }

  /**
   * @param {Frame} frame
   * @param {Scale} x
   * @param {Scale} y
   */
  #now(frame, x, y) {
    const ink = colour(frame.role);
    const value = clipped(frame.labelled ? frame.accuracy : frame.loss, y);
    const shown = Number.isFinite(value);
    put(this.line, { d: line(frame, x, y), stroke: ink });
    put(this.end, {
      cx: shown ? x.at(frame.steps) : null,
      cy: shown ? y.at(value) : null,
      fill: ink,
      visibility: shown ? "visible" : "hidden",
    });
  }

  /**
   * @param {Place} place
   * @param {Frame | undefined} frame
   * @param {Frame | undefined} old
   * @param {Scale} y
   */
  #label({ x, y: top, width, height }, frame, old, y) {
    const [chance, before, now] = this.labels;
    put(chance, { x: x + width, y: y.at(0.5) - 5, "text-anchor": "end" });
    write(chance, frame?.labelled ? "chance" : "");
    put(before, { x: x + width, y: top + height - 6, "text-anchor": "end" });
    write(before, old ? `grey: ${old.title}, before` : "");
    put(now, { x: x + 8, y: top + height - 6, fill: frame ? colour(frame.role) : null });
    write(now, said(frame));
  }
}

/** @param {Frame | undefined} frame */
function said(frame) {
  if (!frame) return "";
  if (frame.diverged) return `diverged at step ${frame.steps}`;
  return frame.steps === 0 ? "not trained yet" : "";
}

/**
 * Return the path of a history, as far as the axis goes.
 * @param {Frame} frame
 * @param {Scale} x
 * @param {Scale} y
 */
function line({ history: { stride, values } }, x, y) {
  const shown = values.subarray(0, x.values[1] / stride + 1);
  const steps = shown.map((_, index) => index * stride);
  const within = shown.map((value) => clipped(value, y));
  return curve(steps, within, x, y);
}

/**
 * @param {number} value
 * @param {Scale} y
 */
function clipped(value, { values: [low, high] }) {
  return Math.min(Math.max(value, low), high);
}
