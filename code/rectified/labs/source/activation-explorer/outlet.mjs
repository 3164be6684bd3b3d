/** What comes out, beside the axis of f(z): a bar for each bin, and one for each exact value. */
import { put, svg, write } from "../core/dom.mjs";
import { fixed, percent, short } from "../core/format.mjs";
import { Axis, bars, colour, label } from "../core/plot.mjs";
import { CLOSED } from "./bell.mjs";
import { HALO, share } from "./words.mjs";

/** @typedef {import("./chosen.mjs").Chosen} Chosen */
/** @typedef {import("./layout.mjs").Layout} Layout */
/** @typedef {import("../core/outcome.mjs").Outcome} Outcome */

const SEEN = 0.005; // a share that is written
const THICK = 9; // bar of an exact value
const NARROW = 350; // pixels: a picture that has no room for a long name
const APART = 15; // pixels from a line of text to the next

export class Outlet {
  constructor() {
    this.axis = new Axis("x");
    this.upright = svg("path", { stroke: colour("rule-strong") });
    this.title = label("", {});
    this.beyond = [label("", {}), label("", {})];
    this.shapes = svg("g");
    const written = svg("g", { "aria-hidden": "true" }, this.title, ...this.beyond);
    this.node = svg("g", {}, this.shapes, this.upright, this.axis.node, written);
  }

  /**
   * @param {readonly Chosen[]} all
   * @param {readonly Outcome[]} outcomes
   * @param {Layout} layout
   */
  draw(all, outcomes, layout) {
    const { width, share: across, y } = layout;
    const [bottom, top] = y.pixels;
    const left = across.pixels[0];
    const name = width < NARROW ? "share" : "share, root scale"; // beside the other axis's name
    this.axis.draw(across, bottom, name, (tick) => percent(tick));
    put(this.upright, { d: `M${left} ${bottom}V${top}` });
    put(this.title, { x: left, y: top - 9 });
    write(this.title, "what comes out");
    this.beyond.forEach((note, i) => {
      const [mass, way] = i === 0 ? [outcomes[0].above, "above"] : [outcomes[0].below, "below"];
      put(note, { x: width, y: i === 0 ? top + 14 : bottom - 8, "text-anchor": "end" });
      write(note, mass >= SEEN ? `${percent(mass)} ${way}` : "");
    });
    /** @type {number[]} */
    const taken = [];
    this.shapes.replaceChildren(
      ...all.map((one, i) => bins(one, outcomes[i], layout)).reverse(),
      ...atoms(all, outcomes, layout, taken),
      ...mean(all[0], outcomes[0], layout, taken),
    );
  }
}

/**
 * @param {Chosen} one
 * @param {Outcome} outcome
 * @param {Layout} layout
 */
function bins({ role, twin }, outcome, { share: across, y }) {
  const [bottom, top] = y.pixels;
  const [left] = across.pixels;
  const heights = outcome.bins.map((mass) => across.at(mass) - left);
  return svg("path", {
    d: bars(heights, 0, bottom - top, 0),
    transform: `matrix(0 -1 -1 0 ${left} ${bottom})`, // turned by 90 degrees
    fill: colour(role),
    "fill-opacity": twin === 0 ? 0.18 : 0,
    stroke: colour(role),
    "stroke-width": 1.4,
  });
}

/**
 * Bars of one value touch, around its height; their shares stand one below the other.
 * @param {readonly Chosen[]} all
 * @param {readonly Outcome[]} outcomes
 * @param {Layout} layout
 * @param {number[]} taken  pixels at which there is text; where it is written now is added
 */
function atoms(all, outcomes, { share: across, y }, taken) {
  const [low, high] = y.values;
  const found = all.flatMap(({ role }, i) => outcomes[i].atoms.map((atom) => ({ ...atom, role })));
  const seen = found.filter(({ at, mass }) => mass >= SEEN && at >= low && at <= high);
  return seen.flatMap((atom) => {
    const { at, mass, role } = atom;
    const same = seen.filter((other) => other.at === at);
    const down = same.indexOf(atom) - (same.length - 1) / 2;
    let text = y.at(at) + down * APART;
    while (taken.some((other) => Math.abs(other - text) < APART)) text -= 1;
    taken.push(text);
    const [start, end] = [across.pixels[0], across.at(mass)];
    const place = bar(start, end, y.at(at) + down * THICK);
    return [
      svg("rect", { ...place, fill: colour("surface") }),
      svg("rect", { ...place, ...CLOSED, stroke: colour(role) }),
      label(`${share(mass)} at ${short(at)}`, {
        x: end + 5,
        y: text + 4.5,
        fill: colour(role),
        "font-weight": 600,
        ...HALO,
      }),
    ];
  });
}

/**
 * @param {number} start
 * @param {number} end
 * @param {number} middle
 */
function bar(start, end, middle) {
  return { x: start, y: middle - THICK / 2, width: end - start, height: THICK };
}

/**
 * Mark the mean of what the first function lets out.
 * @param {Chosen} one
 * @param {Outcome} outcome
 * @param {Layout} layout
 * @param {readonly number[]} taken  pixels at which there is text
 */
function mean({ role }, outcome, { share: across, y, width }, taken) {
  const [low, high] = y.values;
  if (!(outcome.mean >= low && outcome.mean <= high)) return [];
  const [left, top] = [across.pixels[0], y.at(outcome.mean)];
  let middle = top - 10;
  while (taken.some((other) => Math.abs(other - middle) < APART)) middle -= 1;
  const place = { x: width, y: middle + 4.5, "text-anchor": "end", fill: colour(role), ...HALO };
  return [
    svg("path", { d: `M${left} ${top}l-9 -5v10z`, fill: colour(role) }),
    label(`mean ${fixed(outcome.mean)}`, place),
  ];
}
