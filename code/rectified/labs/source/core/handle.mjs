/** A grip in the picture that is dragged by mouse or finger, and is a slider to the keyboard. */
import { put, svg } from "./dom.mjs";

const KEYS = new Map([
  ["ArrowLeft", -1],
  ["ArrowDown", -1],
  ["ArrowRight", 1],
  ["ArrowUp", 1],
  ["PageDown", -10],
  ["PageUp", 10],
]);

/**
 * @typedef {object} Grip
 * @property {string} label what it moves, for a screen reader
 * @property {number} low
 * @property {number} high
 * @property {number} step of an arrow key; Page keys go ten times as far
 * @property {(x: number, y: number) => number} from the value at a point of the picture, in pixels
 * @property {(value: number) => void} moved
 * @property {boolean} [upright] it is dragged up and down
 * @property {AbortSignal} signal ends its listeners
 */

export class Handle {
  /** @param {Grip} grip */
  constructor(grip) {
    this.grip = grip;
    this.value = grip.low;
    this.halo = svg("circle", { r: 14, class: "rc-halo" });
    this.dot = svg("circle", { r: 7, class: "rc-dot" });
    this.node = svg(
      "g",
      {
        class: "rc-handle",
        tabindex: 0,
        role: "slider",
        "aria-label": grip.label,
        "aria-orientation": grip.upright ? "vertical" : "horizontal",
        "aria-valuemin": grip.low,
        "aria-valuemax": grip.high,
      },
      svg("circle", { r: 24, fill: "transparent" }), // a finger needs more room than an eye
      this.halo,
      this.dot,
    );
    const { signal } = grip;
    this.node.addEventListener("keydown", (event) => this.key(event), { signal });
    // a finger drags the handle, not the page: within an SVG, Chromium heeds no touch-action
    const still = { signal, passive: false };
    this.node.addEventListener("touchstart", (event) => event.preventDefault(), still);
    this.node.addEventListener("pointerdown", (event) => this.grab(event), { signal });
    this.node.addEventListener("pointermove", (event) => this.drag(event), { signal });
  }

  /**
   * Show the handle where its value is.
   * @param {number} x in pixels
   * @param {number} y in pixels
   * @param {number} value
   * @param {string} text the value in words
   * @param {string} colour
   */
  draw(x, y, value, text, colour) {
    this.value = value;
    put(this.node, {
      transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
      "aria-valuenow": Number(value.toPrecision(6)),
      "aria-valuetext": text,
    });
    put(this.dot, { fill: colour });
  }

  /** @param {number} value */
  move(value) {
    const { low, high, step, moved } = this.grip;
    const rounded = Number((Math.round(value / step) * step).toPrecision(12));
    if (Number.isFinite(rounded)) moved(Math.min(high, Math.max(low, rounded)));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { low, high, step } = this.grip;
    const steps = KEYS.get(event.key);
    if (steps !== undefined) this.move(this.value + steps * step);
    else if (event.key === "Home") this.move(low);
    else if (event.key === "End") this.move(high);
    else return;
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  grab(event) {
    if (event.button !== 0) return;
    this.node.setPointerCapture(event.pointerId);
    this.node.focus({ preventScroll: true });
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (!this.node.hasPointerCapture(event.pointerId)) return;
    const box = /** @type {SVGSVGElement} */ (this.node.ownerSVGElement).getBoundingClientRect();
    this.move(this.grip.from(event.clientX - box.left, event.clientY - box.top));
  }
}
