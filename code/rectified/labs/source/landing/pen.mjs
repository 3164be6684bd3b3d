/** What the hand draws with: anywhere on the picture, or by keyboard with the pen on the curve. */
import { put } from "../core/dom.mjs";
import { fixed } from "../core/format.mjs";
import { XS } from "./fit.mjs";
import { across, down } from "./picture.mjs";

const LIMIT = 1.2; // of the curve, up and down
const LIFT = 0.1; // of an up or down arrow
const REACH = 0.18; // so far to both sides goes what an arrow lifts
const EDGE = 3; // points that the pen keeps from the picture's ends, to stay whole
const LAST = XS.length - 1;
/** @type {Readonly<Record<string, [along: number, up: number]>>} */
const KEYS = {
  ArrowLeft: [-2, 0],
  ArrowRight: [2, 0],
  Home: [-LAST, 0],
  End: [LAST, 0],
  ArrowDown: [0, -LIFT],
  ArrowUp: [0, LIFT],
  PageDown: [0, -3 * LIFT],
  PageUp: [0, 3 * LIFT],
};

/** @type {(value: number, low: number, high: number) => number} */
const within = (value, low, high) => Math.min(high, Math.max(low, value));

export class Pen {
  /**
   * @param {SVGSVGElement} svg
   * @param {{y: Float64Array}} curve that it changes in place
   * @param {(held: boolean) => void} drawn called after each change, and when the hand lets go
   */
  constructor(svg, curve, drawn) {
    this.svg = svg;
    this.curve = curve;
    this.drawn = drawn;
    this.node = /** @type {SVGGElement} */ (svg.querySelector(".rc-handle"));
    this.at = Math.round(0.7 * LAST);
    /** @type {[at: number, value: number] | undefined} where the stroke has come to */
    this.last = undefined;
    put(this.node, { tabindex: 0, role: "slider", "aria-orientation": "vertical" });
    put(this.node, { "aria-valuemin": -LIMIT, "aria-valuemax": LIMIT, display: null });
    put(this.node, { "aria-label": "Pen: up and down arrows bend the curve, left and right move" });
    this.node.addEventListener("keydown", (event) => this.#key(event));
    svg.addEventListener("pointerdown", (event) => this.#press(event));
    svg.addEventListener("pointermove", (event) => this.last && this.#stroke(event));
    svg.addEventListener("lostpointercapture", () => this.#lift());
  }

  show() {
    const { at, curve } = this;
    put(this.node, {
      transform: `translate(${across(XS[at]).toFixed(1)} ${down(curve.y[at]).toFixed(1)})`,
      "aria-valuenow": curve.y[at].toFixed(2),
      "aria-valuetext": `height ${fixed(curve.y[at])} at x = ${fixed(XS[at])}`,
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const moves = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
    if (!moves || event.ctrlKey || event.metaKey || event.altKey) return;
    const [along, up] = moves;
    const { y } = this.curve;
    this.at = within(this.at + along, EDGE, LAST - EDGE);
    XS.forEach((x, i) => {
      const share = Math.exp(-(((x - XS[this.at]) / REACH) ** 2));
      y[i] = within(y[i] + up * share, -LIMIT, LIMIT);
    });
    event.preventDefault();
    if (up === 0) this.show();
    else this.drawn(false);
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0) return;
    this.svg.setPointerCapture(event.pointerId);
    this.#stroke(event);
  }

  /**
   * Draw a straight line from where the stroke was.
   * @param {PointerEvent} event
   */
  #stroke({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    const at = within(Math.round((LAST * (clientX - box.left)) / box.width), 0, LAST);
    const height = (300 * (clientY - box.top)) / box.height;
    const value = within((down(0) - height) / (down(0) - down(1)), -LIMIT, LIMIT);
    const [from, before] = this.last ?? [at, value];
    const side = Math.sign(at - from);
    for (let i = from; i !== at; i += side) {
      this.curve.y[i] = before + ((value - before) * (i - from)) / (at - from);
    }
    this.curve.y[at] = value;
    this.last = [at, value];
    this.at = within(at, EDGE, LAST - EDGE);
    this.drawn(true);
  }

  #lift() {
    if (!this.last) return;
    this.last = undefined;
    this.drawn(false);
  }
}
