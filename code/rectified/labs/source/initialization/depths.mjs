/** The plot of the network: how large signals and gradients are in each layer. */
import { put, svg, write } from "../core/dom.mjs";
import { short } from "../core/format.mjs";
import { Handle } from "../core/handle.mjs";
import { curve, powerTick } from "../core/plot.mjs";
import { linear, logarithmic } from "../core/scale.mjs";
import { ends, HALO, kept, Plot } from "./plot.mjs";
import { size, times } from "./words.mjs";

/**
 * @typedef {import("./layout.mjs").Place} Place
 * @typedef {import("./view.mjs").View} View
 * @typedef {import("../core/scale.mjs").Scale} Scale
 */

const DECADES = 11; // on either side of 1
const SHOWN = 8; // networks: more dots hide each other
const NARROW = 480; // pixels: a plot that has no room for numbers at the ends of its lines
const ZERO = 18; // pixels below the axis of powers for dots at 0
const WORDS = { narrow: 60, wide: 180 }; // pixels that the words at the end of a line need
const FLAT = 0.1; // a signal that falls by less has its words above, off the gradient's

export class Depths {
  /** @param {import("../core/lab.mjs").Stage} stage */
  constructor(stage) {
    this.plot = new Plot();
    this.x = linear([1, 2], [0, 1]);
    this.narrow = false;
    this.one = this.plot.rule();
    this.guide = this.plot.rule("rule-strong");
    const round = { "stroke-width": 5, "stroke-linecap": "round", "stroke-opacity": 0.4 };
    this.dots = svg("path", { fill: "none", ...round });
    this.plot.inside.before(this.dots); // below the lines, and not cut where a dot is at the edge
    this.gradient = this.plot.path({ "stroke-width": 2, "stroke-dasharray": "5 3" });
    this.signal = this.plot.path({ "stroke-width": 2.5 });
    this.notes = { signal: this.plot.words(), gradient: this.plot.words() };
    const { low, high, step } = stage.schema.layer;
    this.handle = new Handle({
      label: "Layer whose histogram is shown",
      low,
      high,
      step,
      from: (x) => this.x.from(x),
      moved: (layer) => stage.set({ layer: Math.min(layer, Number(stage.state.depth)) }),
      signal: stage.signal,
    });
    this.plot.node.append(this.handle.node);
    this.node = this.plot.node;
  }

  /**
   * @param {Place} place
   * @param {View} view
   */
  draw(place, view) {
    const { left, right, top, bottom } = ends(place);
    this.x = linear([1, view.depth], [left + 8, right - 4], Math.min(view.depth - 1, 8));
    const y = logarithmic([10 ** -DECADES, 10 ** DECADES], [bottom - ZERO, top], 5);
    const { axes, title } = this.plot;
    this.narrow = place.width < NARROW;
    this.plot.stand({ ...place, height: place.height - ZERO });
    axes.x.draw({ ...this.x, pixels: [left, right] }, bottom, "layer");
    const ticks = { ...y, ticks: [0, ...y.ticks] };
    axes.y.draw(ticks, left, "q, variance of z", (q) => (q === 0 ? "0" : powerTick(q)));
    const drawn = view.sampled?.meanSquare.length ?? 0;
    const dots = drawn > SHOWN ? `${SHOWN} of ${drawn} networks` : `${drawn} networks`;
    write(title, drawn > 0 ? `line: theory, dots: ${dots}` : "line: theory");
    put(this.one, { d: `M${left} ${y.at(1)}H${right}` });
    this.lines(view, y);
    this.told(view, y);
    this.hold(view, y);
  }

  /**
   * @param {View} view
   * @param {Scale} y
   */
  lines({ theory, depth, sampled, ink }, y) {
    const layers = Array.from({ length: depth }, (_, index) => index + 1);
    put(this.signal, { stroke: ink, d: curve(layers, theory.q, this.x, y) });
    put(this.gradient, { stroke: ink, d: curve(layers, theory.gradient, this.x, y) });
    let dots = "";
    for (const network of sampled?.meanSquare.slice(0, SHOWN) ?? []) {
      for (let index = 0; index < Math.min(depth, network.length); index++) {
        const at = y.at(network[index]); // of 0, below the axis
        if (network[index] !== 0 && kept(y, network[index]) !== at) continue;
        dots += `M${this.x.at(index + 1).toFixed(1)} ${at.toFixed(1)}h0`;
      }
    }
    put(this.dots, { stroke: ink, d: dots });
  }

  /**
   * Write at the far end of each line what has become of it.
   * @param {View} view
   * @param {Scale} y
   */
  told({ theory, depth, ink, sampled }, y) {
    const { signal, gradient } = this.notes;
    const [last, first] = [size(theory.q[depth - 1]), times(theory.gradient[0], 2)];
    write(signal, this.narrow ? "signal" : `signal in layer ${depth}: ${last}`);
    write(gradient, this.narrow ? "gradient" : `gradient in layer 1: ${first}`);
    put(signal, { fill: ink, ...this.ending(theory.q, y, 1, this.crowd(sampled, y, 1)) });
    put(gradient, {
      fill: ink,
      ...this.ending(theory.gradient, y, -1, this.crowd(sampled, y, -1)),
    });
  }

  /**
   * Return the pixels of the dots that words at the end of a line would cover.
   * @param {View["sampled"]} sampled
   * @param {Scale} y
   * @param {1 | -1} way  to the last layer, or to the first
   */
  crowd(sampled, y, way) {
    const room = WORDS[this.narrow ? "narrow" : "wide"];
    const end = this.x.pixels[way > 0 ? 1 : 0] - way * room;
    const layer = Math.max(Math.ceil(this.x.from(end)), 1);
    const networks = sampled?.meanSquare.slice(0, SHOWN) ?? [];
    const covered = way > 0 ? [layer - 1] : [0, layer];
    const values = networks.flatMap((one) => [...one.subarray(...covered)]);
    return values.filter((value) => kept(y, value) === y.at(value)).map(y.at);
  }

  /**
   * Return the place for words at the end of a line, off line and dots: above them if it rose, and
   * below if it fell; behind the place where it left the plot.
   * @param {Float64Array} values
   * @param {Scale} y
   * @param {1 | -1} way  to the last layer, or to the first
   * @param {readonly number[]} dots  pixels
   */
  ending(values, y, way, dots) {
    const [bottom, top] = y.pixels;
    const { last, left, change } = travelled(values, y, way);
    const rose = way > 0 ? change > FLAT : change > 1 / FLAT;
    const [at, up] = [this.x.at(last + 1), y.at(values[last])];
    const [behind, before] = way > 0 ? ["start", "end"] : ["end", "start"];
    if (!left) {
      const beside = rose
        ? Math.max(Math.min(up, ...dots) - 10, top + 14)
        : Math.min(Math.max(up, ...dots) + 17, bottom - 4);
      return { x: at, y: beside, "text-anchor": before };
    }
    const free = way * (this.x.pixels[way > 0 ? 1 : 0] - at) > (this.narrow ? 70 : 200);
    const inwards = free ? (way > 0 ? 3 : 4.2) * HALO : HALO; // off the handle, and each other
    return {
      x: at + way * (free ? 14 : -14),
      y: rose ? top + inwards : bottom - inwards + 7,
      "text-anchor": free ? behind : before,
    };
  }

  /**
   * Put the handle on the line, or where the line left the plot.
   * @param {View} view
   * @param {Scale} y
   */
  hold({ theory, layer, ink, depth }, y) {
    const q = theory.q[layer - 1];
    const [across, up] = [this.x.at(layer), kept(y, q, HALO)];
    put(this.guide, { d: `M${across} ${y.pixels[0]}V${up}` });
    this.handle.draw(across, up, layer, `layer ${layer}, variance ${short(q, 2)}`, ink);
    put(this.handle.node, { "aria-valuemax": depth });
  }
}

/**
 * Follow a line to its end, or until it leaves the plot: the last index within, whether it left,
 * and by what the value had changed when it did.
 * @param {Float64Array} values
 * @param {Scale} y
 * @param {1 | -1} way
 */
function travelled(values, y, way) {
  const from = way > 0 ? 0 : values.length - 1;
  let last = from;
  let next = from + way;
  while (next in values && kept(y, values[next]) === y.at(values[next])) {
    last = next;
    next += way;
  }
  const left = next in values;
  return { last, left, change: values[left ? next : last] / values[from] };
}
