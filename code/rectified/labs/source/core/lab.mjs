/**
 * The frame of every lab: what stands around the picture, and what keeps state, page and kernel
 * in step. A lab's module gives it one function, `build`, and gets a stage to play on.
 */
import { control } from "./controls.mjs";
import { html, put, write } from "./dom.mjs";
import { fits, fromQuery, initial, toQuery } from "./state.mjs";

/**
 * @typedef {import("./state.mjs").State} State
 * @typedef {import("./state.mjs").Schema} Schema
 *
 * @typedef {object} Model what anywidget and hydrate.mjs give
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {(event: string, heard: () => void) => void} on
 * @property {(event: string, heard: () => void) => void} off
 * @property {() => void} save_changes
 *
 * @typedef {object} Words what Python says around the picture (lab.py)
 * @property {string} id
 * @property {"page" | "kernel"} place
 * @property {string} python the call that makes the lab
 * @property {string} question
 * @property {string} description
 * @property {string} formula MathML
 * @property {{say: string, see: string, state: State}[]} tries
 *
 * @typedef {object} Play what a lab's `build` returns
 * @property {(width: number) => Readout} draw draws the picture, `width` pixels wide; at most once
 *   a frame, after `stage.invalidate()`
 * @property {(names: ReadonlySet<string>, led: boolean) => void} [changed] told which entries of the
 *   state are new, before the next `draw`; at the start, all of them; and whether a try, Reset or an
 *   address led there, maybe back to the same state
 * @property {() => boolean} [waits] whether the picture still waits for the first answer of a worker
 *
 * @typedef {string[]} Readout a sentence, cut where bold begins and ends: plain, bold, plain, ...
 */

const QUIET = 1000; // ms: a screen reader hears of changes at most once in this time

/** What a lab sees of the page around it. */
export class Stage {
  /**
   * @param {HTMLElement} el
   * @param {Model} model
   */
  constructor(el, model) {
    this.model = model;
    /** @type {Schema} */
    this.schema = model.get("_schema");
    /** @type {Words} */
    this.words = model.get("_words");
    this.closing = new AbortController();
    /** Ends the listeners of a lab when the page lets go of it. */
    this.signal = this.closing.signal;
    /** The reader asked for less motion: nothing moves that they did not move. */
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.picture = html("div", { class: "rc-picture" });
    this.readout = html("p", { class: "rc-readout" });
    this.live = html("p", { class: "rc-sr", role: "status" });
    this.controls = html("div", { class: "rc-controls" });
    this.actions = html("div", { class: "rc-actions" });
    this.section = html("div", {
      class: "rc-lab",
      role: "group",
      "aria-label": `Lab: ${this.words.question}`,
    });
    this.el = el;
    this.frame = 0;
    this.width = 0;
    this.said = Number.NEGATIVE_INFINITY;
    this.timer = 0;
    /** @type {Set<string>} entries of the state that the lab has not been told of */
    this.fresh = new Set();
    this.led = false;
    /** @type {Map<string, import("./controls.mjs").Control>} */
    this.shown = new Map();
    /** @type {State} */
    this.state = this.sound();
  }

  /** Return the model's state where all of it fits, and the one at the start otherwise. */
  sound() {
    const found = Object.keys(this.schema).map((name) => [name, this.model.get(name)]);
    const fitting = found.every(([name, value]) => fits(this.schema[name], value));
    return fitting ? Object.fromEntries(found) : initial(this.schema);
  }

  /**
   * Change entries of the state; what does not fit is left as it is.
   * @param {State} changes
   */
  set(changes) {
    for (const [name, value] of Object.entries(changes)) {
      const entry = this.schema[name];
      if (!entry || !fits(entry, value) || same(this.state[name], value)) continue;
      this.state = { ...this.state, [name]: value };
      this.fresh.add(name);
      this.model.set(name, value);
    }
    this.model.save_changes();
    this.invalidate();
  }

  /**
   * Lead to another state as a whole, and show it: what is pressed next finds it there.
   * @param {State} changes from the one at the start
   */
  lead(changes) {
    this.led = true;
    this.set({ ...initial(this.schema), ...changes });
    this.show();
  }

  /** Ask for a new picture before the next frame. */
  invalidate() {
    if (this.frame === 0 && !this.signal.aborted) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.show();
      });
    }
  }

  /** @param {Play} play */
  open(play) {
    this.play = play;
    this.fresh = new Set(Object.keys(this.schema));
  }

  /** Take the width that the page gives, and say whether it is another one. */
  measured() {
    const { width } = this.picture.getBoundingClientRect();
    const other = width !== this.width;
    this.width = width;
    return other;
  }

  /** Draw, and say what there is to see. Does nothing before the page has given it a width. */
  show() {
    if (!this.play || this.width === 0) return;
    if (this.fresh.size > 0 || this.led) {
      const { fresh, led } = this;
      this.fresh = new Set();
      this.led = false;
      for (const [name, { show }] of this.shown) show(this.state[name]);
      this.play.changed?.(fresh, led);
    }
    this.say(this.play.draw(this.width));
    put(this.picture, { "aria-busy": this.play.waits?.() ? "true" : null });
  }

  /**
   * @param {Readout} parts
   */
  say(parts) {
    const text = parts.join("");
    if (this.readout.textContent === text) return;
    this.readout.replaceChildren(
      ...parts.map((part, index) => (index % 2 === 1 ? html("b", {}, part) : part)),
    );
    this.announce(text);
  }

  /**
   * Tell a screen reader, but let a second of quiet go between two sentences.
   * @param {string} text
   */
  announce(text) {
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => {
        this.said = performance.now();
        write(this.live, text);
      },
      Math.max(QUIET / 2, this.said + QUIET - performance.now()),
    );
  }

  /**
   * Put a quiet line under the picture that says what its marks mean.
   * @param {...import("./dom.mjs").Child} words
   */
  key(...words) {
    const node = html("p", { class: "rc-key" }, ...words);
    this.readout.before(node);
    return node;
  }

  /**
   * Put a button before the ones that every lab has.
   * @param {string} text
   * @param {() => void} pressed
   */
  button(text, pressed) {
    const node = html("button", { type: "button", class: "rc-button" }, text);
    node.addEventListener("click", pressed, { signal: this.signal });
    this.actions.append(node);
    return node;
  }

  /**
   * Call a function when the page lets go of the lab.
   * @param {() => void} closed
   */
  onClose(closed) {
    this.signal.addEventListener("abort", closed, { once: true });
  }

  close() {
    this.closing.abort();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.section.remove();
  }
}

/**
 * Make the default export of a lab's module.
 * @param {{controls: readonly string[], build: (stage: Stage) => Play}} definition `controls` names
 *   the entries of the state that have a control under the picture, in order
 */
export function lab({ controls, build }) {
  return {
    /** @param {{model: Model, el: HTMLElement}} host */
    render({ model, el }) {
      const stage = new Stage(el, model);
      assemble(stage, controls);
      restore(stage);
      stage.open(build(stage));
      finish(stage);
      follow(stage);
      el.append(stage.section);
      if (stage.measured()) stage.show(); // the page has room for it already: no frame goes by
      return () => stage.close();
    },
  };
}

/**
 * @param {Stage} stage
 * @param {readonly string[]} names
 */
function assemble(stage, names) {
  const { words, section } = stage;
  for (const name of names) {
    const id = `${words.id}-${name}-${serial()}`;
    const wiring = {
      id,
      signal: stage.signal,
      moved: (/** @type {import("./state.mjs").Value} */ value) => stage.set({ [name]: value }),
    };
    const made = control(stage.schema[name], wiring);
    stage.shown.set(name, made);
    stage.controls.append(made.node);
  }
  section.append(
    html("p", { class: "rc-label" }, "Lab ", html("span", {}, "computes in your browser")),
    html("p", { class: "rc-question" }, words.question),
    html("p", { class: "rc-sr" }, words.description),
    ...formula(words.formula),
    stage.picture,
    stage.readout,
    stage.live,
    stage.controls,
    stage.actions,
    tries(stage),
  );
  if (words.place === "kernel") section.addEventListener("keydown", keepPlainKeys);
}

/**
 * A notebook has commands on plain keys, arrows among them: here they move what has the focus.
 * @param {KeyboardEvent} event
 */
function keepPlainKeys(event) {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
}

/** @param {Stage} stage */
function finish(stage) {
  stage.button("Reset", () => stage.lead({})).classList.add("rc-quiet");
  const copies = stage.words.place === "page" ? "Copy link" : "Copy code";
  const button = stage.button(copies, () => {
    const text = stage.words.place === "page" ? link(stage) : code(stage);
    navigator.clipboard?.writeText(text).catch(() => {}); // the address bar has it, too
    write(button, "Copied");
    stage.announce(`${copies.replace("Copy", "Copied the")}.`);
    const timer = setTimeout(() => write(button, copies), 1500);
    stage.onClose(() => clearTimeout(timer));
  });
  button.classList.add("rc-quiet");
}

/**
 * Put the state into the page's address, and return that.
 * @param {Stage} stage
 */
function link({ words, schema, state }) {
  const query = toQuery(schema, state);
  const address = `#${words.id}${query ? `?${query}` : ""}`;
  history.replaceState(null, "", address);
  return location.href;
}

/**
 * Return the Python call that makes the lab as it stands.
 * @param {Stage} stage
 */
function code({ words, schema, state }) {
  const given = Object.keys(schema).filter((name) => !same(state[name], schema[name].initial));
  return `${words.python}(${given.map((name) => `${name}=${literal(state[name])}`).join(", ")})`;
}

/**
 * Write a value as Python does.
 * @param {unknown} value
 * @returns {string}
 */
function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "boolean") return value ? "True" : "False";
  return JSON.stringify(value);
}

/**
 * Take the state from the page's address, now and whenever it changes.
 * @param {Stage} stage
 */
function restore(stage) {
  if (stage.words.place !== "page") return;
  const start = `#${stage.words.id}?`;
  const read = () => {
    if (!location.hash.startsWith(start)) return;
    const query = location.hash.slice(start.length);
    stage.lead(fromQuery(stage.schema, query) ?? {});
  };
  read();
  addEventListener("hashchange", read, { signal: stage.signal });
}

/**
 * Follow the model, and the width that the page gives.
 * @param {Stage} stage
 */
function follow(stage) {
  for (const name of Object.keys(stage.schema)) {
    const heard = () => {
      const value = stage.model.get(name);
      if (same(value, stage.state[name]) || !fits(stage.schema[name], value)) return;
      stage.state = { ...stage.state, [name]: value };
      stage.fresh.add(name);
      stage.invalidate();
    };
    stage.model.on(`change:${name}`, heard);
    stage.onClose(() => stage.model.off(`change:${name}`, heard));
  }
  const observer = new ResizeObserver(() => {
    if (stage.measured()) stage.invalidate(); // drawn at once, its height would set this off again
  });
  observer.observe(stage.picture);
  stage.onClose(() => observer.disconnect());
}

/** @param {Stage} stage */
function tries(stage) {
  const items = stage.words.tries.map(({ say, see, state }) => {
    const button = html("button", { type: "button" }, say);
    button.addEventListener("click", () => stage.lead(state), { signal: stage.signal });
    return html("li", {}, button, ` ${see}`);
  });
  return html("ol", { class: "rc-tries" }, ...items);
}

/**
 * Return MathML as an element; nothing for no formula.
 * @param {string} text
 */
export function formula(text) {
  const { documentElement } = new DOMParser().parseFromString(text, "application/xml");
  if (documentElement?.localName !== "math") return [];
  return [html("p", { class: "rc-formula" }, document.importNode(documentElement, true))];
}

/**
 * Say whether two values of an entry are equal, rows included.
 * @param {unknown} one
 * @param {unknown} other
 */
function same(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

let made = 0;

/** A number of its own for each id: one page can hold a lab twice. */
export function serial() {
  made += 1;
  return made;
}
