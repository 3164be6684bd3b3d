/** Sliders, choices and switches, made from what Python says of an entry of the state. */
import { html, put, write } from "./dom.mjs";
import { fixed, short } from "./format.mjs";

/**
 * @typedef {import("./state.mjs").Described} Described
 * @typedef {import("./state.mjs").Value} Value
 * @typedef {object} Control
 * @property {HTMLElement} node
 * @property {(value: Value) => void} show
 *
 * @typedef {object} Wiring
 * @property {string} id unique in the page
 * @property {(value: Value) => void} moved
 * @property {AbortSignal} signal ends its listeners
 */

const FEW = 4; // options that stand side by side; more of them go into a list

/**
 * Make the control of an entry.
 * @param {Described} entry
 * @param {Wiring} wiring
 * @returns {Control}
 */
export function control(entry, wiring) {
  if (entry.kind === "switch") return tickBox(entry, wiring);
  if (entry.kind !== "choice") return slider(entry, wiring);
  return entry.options.length <= FEW ? segments(entry, wiring) : list(entry, wiring);
}

/**
 * Write a value of a number's entry with its unit.
 * @param {Described} entry
 * @param {number} value
 */
export function written(entry, value) {
  const text =
    entry.scale === "log" || entry.kind === "whole" ? short(value) : inSteps(entry, value);
  return entry.unit ? `${text} ${entry.unit}` : text;
}

/**
 * @param {Described} entry
 * @param {number} value
 */
function inSteps(entry, value) {
  return fixed(value, Math.max(0, -Math.floor(Math.log10(entry.step) + 1e-9)));
}

/**
 * A slider counts in steps, so that its ends and its keys are exact on either scale.
 * @param {Described} entry
 * @param {Wiring} wiring
 * @returns {Control}
 */
function slider(entry, { id, moved, signal }) {
  const scale = steps(entry);
  // the slider's value text says it; as an output alone it would be read out at every step
  const output = html("output", { for: id, "aria-hidden": "true" });
  const input = html("input", { type: "range", id, min: 0, max: scale.count, step: 1 });
  input.addEventListener("input", () => moved(scale.value(input.valueAsNumber)), { signal });
  const node = html(
    "label",
    { class: "rc-control", for: id },
    html("span", {}, `${entry.label}: `, output),
    input,
  );
  return {
    node,
    show(value) {
      const text = written(entry, Number(value));
      input.value = String(scale.index(Number(value)));
      put(input, { "aria-valuetext": text });
      write(output, text);
    },
  };
}

/**
 * Return how many steps an entry has, and the way from a step to its value and back.
 * @param {Described} entry
 */
export function steps({ kind, low, high, step, scale }) {
  const log = scale === "log";
  const span = log ? Math.log(high / low) : high - low;
  const count = Math.round(span / (log ? Math.log(step) : step));
  return {
    count,
    /** @param {number} index */
    value(index) {
      if (index <= 0 || index >= count) return index <= 0 ? low : high;
      const exact = log ? low * Math.exp((index / count) * span) : low + index * step;
      return kind === "whole" ? Math.round(exact) : Number(exact.toPrecision(log ? 3 : 12));
    },
    /** @param {number} value */
    index: (value) => Math.round(((log ? Math.log(value / low) : value - low) / span) * count),
  };
}

/**
 * @param {Described} entry
 * @param {Wiring} wiring
 * @returns {Control}
 */
function segments(entry, { id, moved, signal }) {
  const inputs = new Map();
  const node = html("fieldset", { class: "rc-seg" }, html("legend", {}, entry.label));
  for (const [name, title] of entry.options) {
    const input = html("input", { type: "radio", name: id, value: name });
    input.addEventListener("change", () => moved(name), { signal });
    inputs.set(name, input);
    node.append(html("label", {}, input, html("span", {}, title)));
  }
  return {
    node,
    show(value) {
      inputs.get(value).checked = true;
    },
  };
}

/**
 * @param {Described} entry
 * @param {Wiring} wiring
 * @returns {Control}
 */
function list(entry, { id, moved, signal }) {
  const options = entry.options.map(([name, title]) => html("option", { value: name }, title));
  const select = html("select", { id }, ...options);
  select.addEventListener("change", () => moved(select.value), { signal });
  const node = html(
    "label",
    { class: "rc-control", for: id },
    html("span", {}, entry.label),
    select,
  );
  return {
    node,
    show(value) {
      select.value = String(value);
    },
  };
}

/**
 * @param {Described} entry
 * @param {Wiring} wiring
 * @returns {Control}
 */
function tickBox(entry, { id, moved, signal }) {
  const input = html("input", { type: "checkbox", id });
  input.addEventListener("change", () => moved(input.checked), { signal });
  const node = html("label", { class: "rc-tick", for: id }, input, html("span", {}, entry.label));
  return {
    node,
    show(value) {
      input.checked = value === true;
    },
  };
}
