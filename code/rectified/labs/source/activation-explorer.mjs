/**
 * The activation explorer: curves with their slopes, a bell that goes in along z, and what comes
 * out of it along f(z).
 */
import { Bell } from "./activation-explorer/bell.mjs";
import { chosen, tunable } from "./activation-explorer/chosen.mjs";
import { Graph } from "./activation-explorer/graph.mjs";
import { layout } from "./activation-explorer/layout.mjs";
import { closed, measured, sight } from "./activation-explorer/measured.mjs";
import { Numbers } from "./activation-explorer/numbers.mjs";
import { Outlet } from "./activation-explorer/outlet.mjs";
import { Point } from "./activation-explorer/point.mjs";
import { each, KEY, share } from "./activation-explorer/words.mjs";
import { html, put, svg } from "./core/dom.mjs";
import { fixed } from "./core/format.mjs";
import { formula, lab } from "./core/lab.mjs";
import { colour } from "./core/plot.mjs";

/** @typedef {import("./activation-explorer/chosen.mjs").Chosen} Chosen */
/** @typedef {import("./core/outcome.mjs").Outcome} Outcome */

const CHOICES = ["first", "second", "third"];
const TUNED = ["slope", "prelu_slope", "lower", "upper", "beta", "alpha", "held"];
const BELL = ["mean", "spread"];

class Explorer {
  /** @param {import("./core/lab.mjs").Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.graph = new Graph();
    this.point = new Point(stage);
    this.bell = new Bell(stage);
    this.outlet = new Outlet();
    this.numbers = new Numbers();
    this.formulas = html("div", { class: "rc-formulas" });
    const parts = [this.graph, this.outlet, this.bell, this.point];
    this.root = svg("svg", {}, ...parts.map(({ node }) => node));
    stage.picture.before(this.formulas);
    stage.picture.append(this.root, this.numbers.node);
    stage.key(KEY);
    this.subject = subject(stage.state);
    /** @type {readonly Outcome[]} */
    this.outcomes = [];
    /** @type {readonly import("./activation-explorer/placed.mjs").Point[]} */
    this.taken = []; // by curves and their names
    /** @type {import("./activation-explorer/layout.mjs").Layout | undefined} */
    this.layout = undefined; // as long as the curves are to be drawn
  }

  get settings() {
    const [mean, spread, z] = ["mean", "spread", "z"].map((name) => Number(this.stage.state[name]));
    return { mean, spread, z };
  }

  /** @param {ReadonlySet<string>} names */
  changed(names) {
    const news = [...names].filter((name) => name !== "z");
    if (news.some((name) => !BELL.includes(name))) this.choose();
    if (news.length > 0) {
      const { all, values } = this.subject;
      this.outcomes = all.map((one) => measured(one, this.settings, values));
    }
  }

  /** Take other functions, or other parameters. */
  choose() {
    const { state, shown } = this.stage;
    this.subject = subject(state);
    this.layout = undefined;
    const wanted = tunable(state);
    for (const name of TUNED) {
      const control = shown.get(name);
      if (control) put(control.node, { hidden: !wanted.has(name) });
    }
    this.formulas.replaceChildren(...this.subject.all.flatMap((one) => this.written(one)));
  }

  /** @param {Chosen} one */
  written({ name, label, role }) {
    const [line] = formula(this.stage.model.get("_words").formulas[name]);
    line?.prepend(html("b", { style: `color: ${colour(role)}` }, label));
    return line ? [line] : [];
  }

  /** @param {number} width */
  draw(width) {
    const { outcomes, settings: bell } = this;
    const { all, closed } = this.subject;
    const parts = this.placed(width);
    this.outlet.draw(all, outcomes, parts);
    this.bell.draw(all[0], closed, bell, parts);
    this.point.draw(all, bell.z, parts, this.taken);
    this.numbers.draw(all, outcomes, bell.z, parts.narrow);
    return readout(all[0], outcomes[0], bell.z);
  }

  /** @param {number} width */
  placed(width) {
    if (this.layout?.width === width) return this.layout;
    const { all, values } = this.subject;
    this.layout = layout(width, values);
    put(this.root, { viewBox: `0 0 ${width} ${this.layout.height}`, height: this.layout.height });
    this.taken = this.graph.draw(all, this.layout);
    for (const line of this.formulas.children) {
      put(line, { tabindex: line.scrollWidth > line.clientWidth ? 0 : null }); // keys can scroll it
    }
    return this.layout;
  }
}

/**
 * Return the functions, the values that the picture shows, and where the first lets nothing through.
 * @param {import("./core/state.mjs").State} state
 */
function subject(state) {
  const all = chosen(state);
  return { all, values: sight(all), closed: closed(all[0]) };
}

/**
 * @param {Chosen} first
 * @param {Outcome} outcome
 * @param {number} z
 */
function readout({ label, strands }, { zeros, saturated }, z) {
  return [
    "Of what comes out, ",
    share(zeros),
    " is exactly 0; of what goes in, ",
    share(saturated),
    ` falls where ${label} has next to no slope. At z\u00a0=\u00a0${fixed(z, 1)} it gives `,
    each(strands, "value", z),
    " with slope ",
    each(strands, "slope", z),
    ".",
  ];
}

export default lab({
  controls: [...CHOICES, ...TUNED],
  build: (stage) => new Explorer(stage),
});
