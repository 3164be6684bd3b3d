/** The histogram of a layer's preactivations, and the normal density that theory gives them. */
import { put, write } from "../core/dom.mjs";
import { short, tenTo } from "../core/format.mjs";
import { bars, colour, curve } from "../core/plot.mjs";
import { linear } from "../core/scale.mjs";
import { normalDensity } from "../core/special.mjs";
import { ends, kept, Plot } from "./plot.mjs";
import { REACH } from "./view.mjs";

/**
 * @typedef {import("./layout.mjs").Place} Place
 * @typedef {import("./view.mjs").View} View
 * @typedef {import("../core/scale.mjs").Scale} Scale
 */

const PLACES = Array.from({ length: 97 }, (_, i) => i / 48 - 1); // of z, in units of the reach
const NORMAL = PLACES.map((place) => REACH * normalDensity(REACH * place)); // in these units, too
const PEAK = REACH * normalDensity(0);
const TALLEST = 3 * PEAK; // higher bars are cut

export class Bell {
  constructor() {
    this.plot = new Plot();
    this.bars = this.plot.path({ "fill-opacity": 0.3 });
    this.f = this.plot.path({ stroke: colour("muted"), "stroke-width": 1.5 });
    this.normal = this.plot.path({ "stroke-width": 2.5 });
    this.note = this.plot.words({ "text-anchor": "end" });
    this.node = this.plot.node;
  }

  /**
   * @param {Place} place
   * @param {View} view
   */
  draw(place, view) {
    const { left, right, top, bottom } = ends(place);
    const { layer, sampled, ink, reach } = view;
    const finite = reach > 0 && reach < Number.POSITIVE_INFINITY;
    const density = (finite && sampled?.density) || [0];
    const highest = Math.min(Math.max(PEAK, ...density), TALLEST);
    const y = linear([0, 1.06 * highest], [bottom, top]);
    const x = linear([-1, 1], [left, right]);
    this.plot.stand(place);
    const counted = sampled ? `, bars: ${sampled.meanSquare.length} networks pooled` : "";
    const lost = `${reach > 0 ? "more" : "less"} than numbers can hold`;
    write(this.plot.title, finite ? `line: normal${counted}` : lost);
    const heights = Array.from(density, (one) => bottom - y.at(one));
    put(this.bars, { fill: ink, d: bars(heights, left, right - left, bottom) });
    put(this.normal, { stroke: ink, d: finite ? curve(PLACES, NORMAL, x, y) : "" });
    const scale = linear(finite ? [-reach, reach] : [-1, 1], [left, right], 5);
    this.numbers(finite ? scale : { ...scale, ticks: [] }, bottom, `z in layer ${layer}`);
    this.activation(scale, y.pixels, finite ? view.f : undefined);
  }

  /**
   * Draw the axis; a power of ten that all its numbers share goes into the title.
   * @param {Scale} x
   * @param {number} bottom
   * @param {string} title
   */
  numbers(x, bottom, title) {
    const power = Math.floor(Math.log10(x.values[1]));
    const plain = Math.abs(power) < 3;
    const unit = plain ? 1 : 10 ** power;
    const text = (/** @type {number} */ value) => short(value / unit);
    this.plot.axes.x.draw(x, bottom, plain ? title : `${title}, times ${tenTo(power)}`, text);
  }

  /**
   * Draw f over the same z, and in the same units upwards: is it bent where the signals are?
   * @param {Scale} x
   * @param {[number, number]} pixels
   * @param {View["f"] | undefined} f
   */
  activation(x, pixels, f) {
    const high = x.values[1];
    const y = linear(x.values, pixels);
    const places = PLACES.map((place) => place * high);
    put(this.f, { d: f ? curve(places, places.map(f.value), x, y) : "" });
    write(this.note, f ? "f(z)" : "");
    const end = f ? kept(y, f.value(high)) : 0;
    put(this.note, { x: x.pixels[1], y: Math.min(end + 30, pixels[0] - 8) });
  }
}
