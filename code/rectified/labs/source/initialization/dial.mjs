/** The plot in which the gain is dragged: by what a layer multiplies, against the gain. */
import { put, svg, write } from "../core/dom.mjs";
import { fixed, short } from "../core/format.mjs";
import { Handle } from "../core/handle.mjs";
import { colour, curve } from "../core/plot.mjs";
import { logarithmic } from "../core/scale.mjs";
import { ends, HALO, kept, Plot } from "./plot.mjs";

/**
 * @typedef {import("./layout.mjs").Place} Place
 * @typedef {import("./view.mjs").View} View
 * @typedef {import("../core/scale.mjs").Scale} Scale
 */

const SHARES = Array.from({ length: 97 }, (_, i) => i / 96); // of the axis: where curves have points
const NOTE = 140; // pixels for the words beside the critical gain
const MAGNET = 6; // pixels to the critical gain
const [LOW, HIGH] = [0.2, 5]; // of a factor

export class Dial {
  /** @param {import("../core/lab.mjs").Stage} stage */
  constructor(stage) {
    const { low, high } = stage.schema.gain;
    this.plot = new Plot();
    this.gains = Float64Array.from(SHARES, (share) => low * (high / low) ** share);
    this.x = logarithmic([low, high], [0, 1]);
    /** @type {number | undefined} */
    this.critical = undefined;
    this.one = this.plot.rule("rule-strong");
    this.edge = this.plot.path({ stroke: colour("text"), "stroke-width": 1.5 });
    this.guide = this.plot.rule("rule-strong");
    this.gradient = this.plot.path({ "stroke-width": 2, "stroke-dasharray": "5 3" });
    this.signal = this.plot.path({ "stroke-width": 2.5 });
    this.ring = svg("circle", { r: 4, fill: colour("surface"), "stroke-width": 2 });
    this.plot.inside.append(this.ring);
    this.notes = {
      edge: this.plot.words({ fill: colour("text"), "font-weight": 600 }),
      grow: this.plot.words({}, "grows"),
      shrink: this.plot.words({}, "shrinks"),
    };
    this.handle = this.grip(stage);
    this.plot.node.append(this.handle.node);
    this.node = this.plot.node;
  }

  /** @param {import("../core/lab.mjs").Stage} stage */
  grip(stage) {
    const { low, high, step } = stage.schema.gain;
    return new Handle({
      label: "Gain",
      low,
      high,
      step,
      from: (x) => this.drawnTo(x),
      moved: (gain) => stage.set({ gain: this.snapped(gain, step) }),
      signal: stage.signal,
    });
  }

  /**
   * Return the gain at a pixel; near the critical one, that.
   * @param {number} x
   */
  drawnTo(x) {
    const { critical } = this;
    const near = critical !== undefined && Math.abs(this.x.at(critical) - x) < MAGNET;
    return near ? critical : this.x.from(x);
  }

  /**
   * Steps miss the critical gain; where it is the nearest to one, it takes its place.
   * @param {number} gain
   * @param {number} step
   */
  snapped(gain, step) {
    const { critical } = this;
    const near = critical !== undefined && Math.abs(gain - critical) <= step / 2;
    return near ? critical : gain;
  }

  /**
   * @param {Place} place
   * @param {View} view
   */
  draw(place, view) {
    const { left, right, top, bottom } = ends(place);
    const [low, high] = this.x.values;
    this.critical = view.critical;
    this.x = { ...logarithmic([low, high], [left, right]), ticks: [0.25, 0.5, 1, 2, 4, 8, 16] };
    const y = { ...logarithmic([LOW, HIGH], [bottom, top]), ticks: [0.25, 0.5, 1, 2, 4] };
    this.plot.stand(place);
    this.plot.axes.x.draw(this.x, bottom, "gain = √(fan in × Var w)");
    this.plot.axes.y.draw(y, left, "factor per layer");
    write(this.plot.title, "solid: signal, dashed: gradient");
    put(this.one, { d: `M${left} ${y.at(1)}H${right}` });
    this.lines(view, y);
    this.mark(y);
    this.hold(view, y);
  }

  /**
   * @param {View} view
   * @param {Scale} y
   */
  lines({ table, biasStd, depth, ink }, y) {
    const factors = Array.from(this.gains, (gain) => table.factors({ gain, biasStd, depth }));
    for (const name of /** @type {const} */ (["signal", "gradient"])) {
      const values = factors.map((each) => each[name]);
      put(this[name], { stroke: ink, d: curve(this.gains, values, this.x, y) });
    }
  }

  /** @param {Scale} y */
  mark(y) {
    const [bottom, top] = y.pixels;
    const [left, right] = this.x.pixels;
    const { edge, grow, shrink } = this.notes;
    put(grow, { x: left + 6, y: y.at(1) - 7 });
    put(shrink, { x: left + 6, y: y.at(1) + 17 });
    const there = this.critical !== undefined;
    const at = this.x.at(this.critical ?? 1);
    put(this.edge, { d: there ? `M${at} ${top}V${bottom}` : "" });
    write(edge, there ? `critical gain ${short(this.critical ?? 1, 4)}` : "");
    const room = right - at > NOTE;
    put(edge, {
      x: at + (room ? 6 : -6),
      y: room ? bottom - 8 : top + 14, // where no curve comes
      "text-anchor": room ? "start" : "end",
    });
  }

  /**
   * @param {View} view
   * @param {Scale} y
   */
  hold({ gain, factors, ink }, y) {
    const at = this.x.at(gain);
    const { signal, gradient } = factors;
    put(this.guide, { d: `M${at} ${y.pixels[0]}V${y.pixels[1]}` });
    put(this.ring, { cx: at, cy: kept(y, gradient, -HALO), stroke: ink });
    const times = `signal times ${short(signal)}, gradient times ${short(gradient)}`;
    this.handle.draw(at, kept(y, signal, HALO), gain, `gain ${fixed(gain)}, ${times}`, ink);
  }
}
