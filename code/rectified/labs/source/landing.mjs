/** The picture on the landing page: the reader draws a curve, and hinges learn it. */
import { put, write } from "./core/dom.mjs";
import { CURVES, Fit, XS } from "./landing/fit.mjs";
import { Pen } from "./landing/pen.mjs";
import { picture } from "./landing/picture.mjs";

const PACE = 0.03; // each picture is 3 % of the steps so far ahead of the last: first slow, then fast

class Board {
  /** @param {HTMLElement} section with the picture that was drawn while the page was built */
  constructor(section) {
    /** @type {<T extends Element>(selector: string) => T} */
    const find = (selector) => /** @type {any} */ (section.querySelector(selector));
    const [rate, last] = [section.dataset.rate, section.dataset.steps].map(Number);
    this.section = section;
    this.rate = rate;
    this.last = last;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.count = /** @type {HTMLInputElement} */ (find("[type=range]"));
    this.said = find(".rc-readout");
    this.live = find("[role=status]");
    this.curve = { y: XS.map(CURVES.wave) };
    this.svg = /** @type {SVGSVGElement} */ (find("svg"));
    // an image could hold no pen, and what it shows will change
    put(this.svg, { role: "group", "aria-label": "A curve to learn, and the line that learns it" });
    this.pen = new Pen(this.svg, this.curve, (held) => this.#drawn(held));
    this.fit = this.#fresh();
    this.frame = 0;
    this.#wire();
  }

  #fresh() {
    return new Fit(this.count.valueAsNumber, this.curve.y, this.rate);
  }

  #wire() {
    for (const node of this.section.querySelectorAll("[hidden]")) put(node, { hidden: false });
    this.section.addEventListener("input", ({ target }) => {
      const { type, value } = /** @type {HTMLInputElement} */ (target);
      if (type === "radio") this.curve.y.set(XS.map(CURVES[value]));
      this.again();
    });
    this.section.querySelector("button")?.addEventListener("click", () => this.again());
  }

  /** Learn the curve anew. */
  again() {
    this.fit = this.#fresh();
    write(/** @type {Element} */ (this.section.querySelector("output")), this.count.value);
    this.#run();
  }

  /** @param {boolean} held whether the hand still draws */
  #drawn(held) {
    for (const shape of this.section.querySelectorAll("[type=radio]")) {
      /** @type {HTMLInputElement} */ (shape).checked = false;
    }
    this.fit.aim();
    if (held && this.calm) this.show();
    else this.#run();
  }

  #run() {
    if (this.calm) while (this.fit.steps < this.last) this.fit.step();
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.#next());
  }

  #next() {
    const { fit, last } = this;
    const until = Math.min(last, Math.ceil((1 + PACE) * fit.steps + 0.5));
    while (fit.steps < until) fit.step();
    const ended = fit.steps >= last;
    this.frame = ended ? 0 : requestAnimationFrame(() => this.#next());
    this.show();
    if (ended) write(this.live, this.said.textContent ?? "");
  }

  show() {
    const { fit } = this;
    const { paths, kinks } = picture(fit);
    for (const [name, d] of Object.entries(paths)) {
      for (const path of this.svg.querySelectorAll(`.rc-${name}`)) put(path, { d });
    }
    this.pen.show();
    const steps = fit.steps.toLocaleString("en");
    const away = this.count.valueAsNumber - kinks;
    const lost = away > 0 ? `, ${away} outside of the picture` : "";
    const error = fit.error.toFixed(3);
    write(this.said, `Step ${steps}: error ${error}; ${kinks} kinks${lost}.`);
  }
}

const section = document.getElementById("board");
if (section) {
  const board = new Board(section);
  board.pen.show();
  // Played once, when it comes into view; the picture that ends it is the one that was there before
  const seen = new IntersectionObserver(
    ([{ isIntersecting }]) => {
      if (!isIntersecting) return;
      seen.disconnect();
      if (!board.calm && board.fit.steps === 0) board.again();
    },
    { threshold: 0.6 },
  );
  seen.observe(board.svg);
}
