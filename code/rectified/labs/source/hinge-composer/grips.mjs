/** What the hand can take: each hinge's place, the selected hinge's arm, and both ends of the line. */
import { put, svg } from "../core/dom.mjs";
import { fixed } from "../core/format.mjs";
import { Handle } from "../core/handle.mjs";
import { colour, label } from "../core/plot.mjs";
import { dead, sign, value, without } from "./hinges.mjs";

/**
 * @typedef {import("./bench.mjs").Bench} Bench
 * @typedef {import("./picture.mjs").Layout} Layout
 * @typedef {Pick<import("../core/handle.mjs").Grip, "from" | "moved" | "upright">} Hand
 */

const ARM = 0.15; // of the picture's width, where no other hinge is near
const SHARE = 0.45; // of the way to the next hinge, where one is
const SHORTEST = 16; // pixels
const TURNS = ["Enter", " "];

export class Grips {
  /** @param {Bench} bench */
  constructor(bench) {
    this.bench = bench;
    /** @type {Layout | undefined} */
    this.layout = undefined;
    const numbers = Array.from({ length: bench.most }, (_, index) => index);
    this.hinges = numbers.map((index) => ({ place: this.#place(index), arm: this.#arm(index) }));
    this.left = this.#end("Left end, lifts the whole sum", "offset", 0);
    this.right = this.#end("Right end, tilts the whole sum", "slope", 1);
    const nodes = this.hinges.flatMap(({ place, arm }) => [place.node, arm.node]);
    this.node = svg("g", {}, this.left.node, ...nodes, this.right.node);
  }

  /** @param {Layout} layout */
  draw(layout) {
    const { bench } = this;
    const { layer } = bench;
    this.layout = layout;
    this.hinges.forEach(({ place, arm }, index) => {
      const there = index < layer.hinges.length;
      put(place.node, { display: there ? null : "none" });
      put(arm.node, { display: there ? null : "none" });
      if (there) this.#drawHinge(place, arm, index);
    });
    const spoken = [`starts at ${fixed(layer.offset)}`, `slope of the line ${fixed(layer.slope)}`];
    this.#draw(this.left, 0, layer.offset, spoken[0], "linear");
    this.#draw(this.right, 1, layer.slope, spoken[1], "linear");
  }

  /** @type {(place: Handle, arm: Handle, index: number) => void} */
  #drawHinge(place, arm, index) {
    const hinge = this.bench.layer.hinges[index];
    const [at, slope, side] = hinge;
    const words = `at ${fixed(at)}, acts to the ${side}, changes the slope by ${fixed(slope, 1)}`;
    const hollow = this.bench.layers === 1 && dead(hinge);
    const role = hollow ? "surface" : "relu";
    const style = hollow ? `stroke: ${colour("dead")}` : null;
    for (const { dot } of [place, arm]) put(dot, { style });
    put(/** @type {Element} */ (place.node.lastElementChild), {
      fill: colour(hollow ? "muted" : "surface"),
    });
    this.#draw(place, at, at, `${words}; Enter turns it to the other side`, role);
    this.#draw(arm, at + sign(hinge) * this.#run(index), slope, fixed(slope, 1), role);
    const selected = index === this.bench.selected;
    for (const { halo } of [place, arm]) put(halo, { visibility: selected ? null : "hidden" });
    put(arm.dot, { r: selected ? 6 : 4.5 });
  }

  /**
   * Put a handle onto the curve, or to the edge where the curve is out of sight.
   * @type {(handle: Handle, x: number, value: number, text: string, role: string) => void}
   */
  #draw(handle, x, now, text, role) {
    const { layout, bench } = this;
    if (!layout) return;
    const [low, high] = layout.top.values;
    const y = Math.min(high, Math.max(low, value(bench.layer, x)));
    handle.draw(layout.x.at(x), layout.top.at(y), now, text, colour(role));
  }

  /** @param {number} index */
  #place(index) {
    const handle = this.#ofHinge(index, "place", {
      from: (x) => this.layout?.x.from(x) ?? 0,
      moved: (to) => this.bench.change(index, ([, slope, side]) => [to, slope, side]),
    });
    put(handle.dot, { r: 10 });
    const centred = { "text-anchor": "middle", y: 4.5, "font-weight": 600 };
    handle.node.append(label(String(index + 1), centred));
    const { signal } = this.bench.stage;
    handle.node.addEventListener(
      "keydown",
      (event) => {
        if (!TURNS.includes(event.key)) return;
        this.bench.turn(index);
        event.preventDefault();
      },
      { signal },
    );
    return handle;
  }

  /**
   * The arm's handle lies on the curve, so that the curve follows the hand.
   * @param {number} index
   */
  #arm(index) {
    const handle = this.#ofHinge(index, "change of slope", {
      upright: true,
      from: (_, y) => {
        const { layer } = this.bench;
        const [place, , side] = layer.hinges[index];
        const run = this.#run(index);
        const x = side === "left" ? place - run : place + run;
        return ((this.layout?.top.from(y) ?? 0) - value(without(layer, index), x)) / run;
      },
      moved: (to) => this.bench.change(index, ([place, , side]) => [place, to, side]),
    });
    put(handle.halo, { r: 11 });
    return handle;
  }

  /**
   * @param {string} name
   * @param {"offset" | "slope"} entry
   * @param {number} x
   */
  #end(name, entry, x) {
    const handle = this.#handle(name, this.bench.stage.schema[entry], {
      upright: true,
      from: (_, y) => {
        const { layer } = this.bench;
        return layer[entry] + (this.layout?.top.from(y) ?? 0) - value(layer, x);
      },
      moved: (to) => this.bench.put({ [entry]: to }),
    });
    put(handle.dot, { r: 6 });
    put(handle.halo, { r: 11 });
    return handle;
  }

  /**
   * A handle that selects its hinge.
   * @param {number} index
   * @param {"place" | "change of slope"} what
   * @param {Hand} hand
   */
  #ofHinge(index, what, hand) {
    const { signal, schema } = this.bench.stage;
    const [place, slope] = schema.hinges.columns;
    const entry = what === "place" ? place : slope;
    const handle = this.#handle(`Hinge ${index + 1}, ${what}`, entry, hand);
    handle.node.addEventListener("focus", () => this.bench.select(index), { signal });
    return handle;
  }

  /**
   * @param {string} label
   * @param {import("../core/state.mjs").Described} entry that knows the bounds
   * @param {Hand} hand
   */
  #handle(label, { low, high, step }, hand) {
    const { signal } = this.bench.stage;
    const handle = new Handle({ label, low, high, step, signal, ...hand });
    put(handle.node, { style: `cursor: ${hand.upright ? "ns-resize" : "ew-resize"}` });
    put(/** @type {Element} */ (handle.node.firstElementChild), { r: 16 }); // many are near
    return handle;
  }

  /**
   * Return how far from its place a hinge's arm ends.
   * @param {number} index
   */
  #run(index) {
    const { hinges } = this.bench.layer;
    const [place] = hinges[index];
    const way = sign(hinges[index]);
    const ahead = [...hinges.map((hinge) => hinge[0]), way > 0 ? 1 : 0]
      .map((other) => way * (other - place))
      .filter((distance) => distance > 0);
    const [start, end] = this.layout?.x.pixels ?? [0, 1];
    const near = ahead.length > 0 ? Math.min(ARM, SHARE * Math.min(...ahead)) : 0;
    return Math.max(SHORTEST / (end - start), near);
  }
}
