/** What one training shows: who was dead when, who came back. */
import { EXAMPLES, UNITS } from "./sizes.mjs";

/** @typedef {import("./job.mjs").Frame} Frame */
/** @typedef {import("./phases.mjs").Phase} Phase */

/** Of a unit at a step: dead, active on no example but with a slope on some, active on some.
 * @typedef {"dead" | "off" | "alive"} Fate */

const FAINT = 0.01; // a slope that is smaller everywhere leaves next to nothing of a gradient

export class Run {
  /**
   * @param {Frame} frame
   * @param {readonly Phase[]} phases  that it was trained in
   */
  constructor(frame, phases) {
    this.frame = frame;
    this.phases = phases;
    this.taken = frame.taken;
    /** For each unit the first step at which it is dead; one behind the last if there is none. */
    this.firsts = Array.from({ length: UNITS }, (_, unit) => this.#first(unit));
    /** Units in the order in which they first died; those that never did are last. */
    this.order = this.#order();
  }

  #order() {
    const units = Array.from({ length: UNITS }, (_, unit) => unit);
    return units.sort((one, other) => this.firsts[one] - this.firsts[other]);
  }

  /**
   * Return the first step at which a unit is dead; one behind the last if there is none.
   * @param {number} unit
   */
  #first(unit) {
    let step = 0;
    while (step <= this.taken && !this.dead(step, unit)) step += 1;
    return step;
  }

  /**
   * Whether a unit's slope is 0 on every example.
   * @param {number} step
   * @param {number} unit
   */
  dead(step, unit) {
    return this.frame.steepest[step * UNITS + unit] === 0;
  }

  /**
   * Return the share of the examples on which a unit is active.
   * @param {number} step
   * @param {number} unit
   */
  share(step, unit) {
    return this.frame.active[step * UNITS + unit] / EXAMPLES;
  }

  /**
   * @param {number} step
   * @param {number} unit
   * @returns {Fate}
   */
  fate(step, unit) {
    if (this.dead(step, unit)) return "dead";
    return this.share(step, unit) > 0 ? "alive" : "off";
  }

  /**
   * Count units at a step; `faint` are those off whose slope is small on every example.
   * @param {number} step
   */
  count(step) {
    const fates = this.order.map((unit) => this.fate(step, unit));
    const of = (/** @type {Fate} */ fate) => fates.filter((one) => one === fate).length;
    const faint = this.order.filter((unit, rank) => {
      return fates[rank] === "off" && this.frame.steepest[step * UNITS + unit] < FAINT;
    });
    return { dead: of("dead"), off: of("off"), faint: faint.length };
  }

  /**
   * Count the units that were dead at some step up to this one: how many died after the start, how
   * many have a slope again, and how many of these are active.
   * @param {number} step
   */
  changes(step) {
    const once = this.order.filter((unit) => this.firsts[unit] <= step);
    const back = once.filter((unit) => !this.dead(step, unit));
    return {
      died: once.filter((unit) => this.firsts[unit] > 0).length,
      back: back.length,
      active: back.filter((unit) => this.share(step, unit) > 0).length,
    };
  }

  /**
   * Return the step since which a unit has had the fate that it has at this one.
   * @param {number} step
   * @param {number} unit
   */
  since(step, unit) {
    const fate = this.fate(step, unit);
    let first = step;
    while (first > 0 && this.fate(first - 1, unit) === fate) first -= 1;
    return first;
  }

  /**
   * Return w and b of a unit at a step.
   * @param {number} step
   * @param {number} unit
   */
  line(step, unit) {
    const at = step * 3 * UNITS + unit;
    const { lines } = this.frame;
    return { w: [lines[at], lines[at + UNITS]], b: lines[at + 2 * UNITS] };
  }
}
