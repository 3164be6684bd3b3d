/** One of the two panels: an axis, a title in two halves, and what is drawn within its bounds. */
import { put, svg, write } from "../core/dom.mjs";
import { serial } from "../core/lab.mjs";
import { Axis, colour, label } from "../core/plot.mjs";

/**
 * @typedef {import("../core/scale.mjs").Scale} Scale
 * @typedef {[words: string, role: string]} Title
 */

const BESIDE = 14; // pixels from the axis to x = 0, where a handle stands

export class Panel {
  constructor() {
    const id = `rc-hinge-panel-${serial()}`;
    this.axis = new Axis("y");
    this.zero = svg("path", { stroke: colour("rule") });
    this.titles = svg("g", { "font-weight": 600 });
    this.bounds = svg("rect");
    this.inside = svg("g", {
      "clip-path": `url(#${id})`,
      fill: "none",
      "stroke-linejoin": "round",
    });
    this.outside = svg("g");
    const clip = svg("clipPath", { id }, this.bounds);
    this.node = svg(
      "g",
      {},
      clip,
      this.zero,
      this.axis.node,
      this.inside,
      this.outside,
      this.titles,
    );
  }

  /**
   * @param {Scale} x
   * @param {Scale} y
   * @param {Title[]} titles the last one stands at the right end, others where it leaves them room
   */
  draw(x, y, titles) {
    const [left, right] = x.pixels;
    const [foot, head] = y.pixels;
    this.axis.draw(y, left - BESIDE);
    put(this.zero, { d: `M${left} ${y.at(0)}H${right}` });
    put(this.bounds, { x: left, y: head, width: right - left, height: foot - head });
    const texts = several(this.titles, titles.length, () => label("", { "font-size": 14 }));
    let at = left;
    titles.forEach(([words, role], index) => {
      const last = index === titles.length - 1;
      write(texts[index], words);
      put(texts[index], {
        x: last ? right : at,
        y: head - 10,
        fill: colour(role),
        "text-anchor": last ? "end" : "start",
        display: "inline",
      });
      at += 7.2 * words.length + 16;
    });
    const end = texts[texts.length - 1].getBBox().x;
    for (const text of texts.slice(0, -1)) {
      const { x: start, width } = text.getBBox();
      if (start + width + 8 > end) put(text, { display: "none" });
    }
  }
}

/**
 * Return the children of a group, as many as needed; those that are there stay.
 * @template {SVGElement} Kind
 * @param {SVGElement} group
 * @param {number} count
 * @param {() => Kind} make
 * @returns {Kind[]}
 */
export function several(group, count, make) {
  while (group.children.length > count) group.lastElementChild?.remove();
  while (group.children.length < count) group.append(make());
  return /** @type {Kind[]} */ ([...group.children]);
}
