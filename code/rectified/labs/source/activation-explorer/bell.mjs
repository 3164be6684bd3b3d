/** What goes in: a bell, whose mean and spread are dragged. Grey is where nothing gets through. */
import { put, svg, write } from "../core/dom.mjs";
import { fixed } from "../core/format.mjs";
import { Handle } from "../core/handle.mjs";
import { colour, label } from "../core/plot.mjs";
import { PLACES } from "./measured.mjs";

/** @typedef {import("./chosen.mjs").Chosen} Chosen */
/** @typedef {import("./layout.mjs").Layout} Layout */

/** What is blocked looks the same in the bell and beside it. */
export const CLOSED = { fill: colour("dead"), "fill-opacity": 0.35 };
const HATCH = 3; // places from line to line
const SHOULDER = Math.exp(-0.5); // of the peak: the height one spread from the mean

export class Bell {
  /** @param {import("../core/lab.mjs").Stage} stage */
  constructor(stage) {
    const { schema, signal } = stage;
    this.mean = 0;
    this.open = svg("path", { "fill-opacity": 0.3 });
    this.closed = svg("path", CLOSED);
    this.hatch = svg("path", { stroke: colour("dead"), "stroke-width": 1 });
    this.edge = svg("path", { fill: "none", stroke: colour("muted"), "stroke-width": 1.5 });
    this.arm = svg("path", { stroke: colour("muted"), fill: "none" });
    this.note = label("", {});
    /** @param {number} x in pixels */
    const at = (x) => this.layout?.x.from(x) ?? 0;
    this.centre = new Handle({
      ...{ label: "Mean of what goes in", signal },
      ...{ low: schema.mean.low, high: schema.mean.high, step: schema.mean.step },
      from: at,
      moved: (mean) => stage.set({ mean }),
    });
    this.width = new Handle({
      ...{ label: "Spread of what goes in", signal },
      ...{ low: schema.spread.low, high: schema.spread.high, step: schema.spread.step },
      from: (x) => Math.abs(at(x) - this.mean),
      moved: (spread) => stage.set({ spread }),
    });
    const written = svg("g", { "aria-hidden": "true" }, this.note);
    this.node = svg(
      "g",
      {},
      ...[this.open, this.closed, this.hatch, this.edge, this.arm, written],
      ...[this.width.node, this.centre.node],
    );
  }

  /**
   * @param {Chosen} first
   * @param {readonly boolean[]} closed  from each of PLACES to the next
   * @param {{mean: number, spread: number}} bell
   * @param {Layout} layout
   */
  draw(first, closed, { mean, spread }, layout) {
    this.layout = layout;
    this.mean = mean;
    const { x, top, base } = layout;
    const tall = base - top;
    const heights = PLACES.map((z) => Math.exp(-0.5 * ((z - mean) / spread) ** 2));
    const edge = Array.from(PLACES, (z, i) => [x.at(z), base - tall * heights[i]]);
    put(this.open, { d: areas(edge, base, (i) => !closed[i]), fill: colour(first.role) });
    put(this.closed, { d: areas(edge, base, (i) => closed[i]) });
    put(this.hatch, { d: hatched(edge, base, closed) });
    put(this.edge, { d: `M${edge.map((point) => point.map(rounded).join(" ")).join("L")}` });
    const side = mean > 0 ? -1 : 1; // towards the side on which there is room
    const [centre, shoulder] = [x.at(mean), x.at(mean + side * spread)];
    const height = base - tall * SHOULDER;
    put(this.arm, { d: `M${x.pixels[0]} ${base}H${x.pixels[1]}M${centre} ${height}H${shoulder}` });
    const [means, spreads] = [`mean ${fixed(mean, 1)}`, `spread ${fixed(spread, 1)}`];
    this.centre.draw(centre, top, mean, means, colour("text"));
    this.width.draw(shoulder, height, spread, spreads, colour("text"));
    put(this.note, { x: x.pixels[0], y: base + 18 });
    write(this.note, `drag what goes in: ${means}, ${spreads}`);
  }
}

/**
 * Return the path of upright lines under an edge where it is closed.
 * @param {readonly number[][]} edge
 * @param {number} base
 * @param {readonly boolean[]} closed
 */
function hatched(edge, base, closed) {
  let path = "";
  for (let i = 0; i < closed.length; i += HATCH) {
    const [left, high] = edge[i];
    if (closed[i] && base - high > 1) path += `M${rounded(left)} ${base}V${rounded(high)}`;
  }
  return path;
}

/** @param {number} pixel */
function rounded(pixel) {
  return pixel.toFixed(1);
}

/**
 * Return the path of the areas under an edge where `wanted` holds from one point to the next.
 * @param {readonly number[][]} edge
 * @param {number} base
 * @param {(index: number) => boolean} wanted
 */
function areas(edge, base, wanted) {
  let path = "";
  for (let i = 0; i < edge.length - 1; i++) {
    if (!wanted(i)) continue;
    const start = i;
    while (i + 1 < edge.length - 1 && wanted(i + 1)) i++;
    const run = edge.slice(start, i + 2);
    const [from, to] = [run[0][0], run[run.length - 1][0]].map(rounded);
    path += `M${from} ${base}L${run.map((point) => point.map(rounded).join(" ")).join("L")}`;
    path += `L${to} ${base}Z`;
  }
  return path;
}
