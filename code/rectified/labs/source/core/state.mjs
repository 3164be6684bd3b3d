/**
 * The state of a lab: which values an entry can have, and how a state stands in an address.
 *
 * Python describes each entry (controls.py); what does not fit is never taken, wherever it is from.
 *
 * @typedef {number | string | boolean | (number | string | boolean)[][]} Value
 * @typedef {Readonly<Record<string, Value>>} State
 * @typedef {object} Described
 * @property {"number" | "whole" | "choice" | "switch" | "rows"} kind
 * @property {string} label
 * @property {Value} initial
 * @property {number} low
 * @property {number} high
 * @property {number} step
 * @property {string} [scale] "linear" or "log"
 * @property {string} [unit]
 * @property {[string, string][]} options name and title of each choice
 * @property {Described[]} columns of rows
 * @property {number} least rows
 * @property {number} most rows
 * @typedef {Readonly<Record<string, Described>>} Schema
 */

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/**
 * Say whether an entry can have a value.
 * @param {Described} entry
 * @param {unknown} value
 * @returns {boolean}
 */
export function fits(entry, value) {
  switch (entry.kind) {
    case "switch":
      return typeof value === "boolean";
    case "choice":
      return entry.options.some(([name]) => name === value);
    case "rows":
      return (
        Array.isArray(value) &&
        value.length >= entry.least &&
        value.length <= entry.most &&
        value.every((row) => fitsRow(entry.columns, row))
      );
    default:
      if (typeof value !== "number" || !(value >= entry.low && value <= entry.high)) return false;
      return entry.kind === "number" || Number.isInteger(value);
  }
}

/**
 * @param {Described[]} columns
 * @param {unknown} row
 */
function fitsRow(columns, row) {
  if (!Array.isArray(row) || row.length !== columns.length) return false;
  return columns.every((column, index) => fits(column, row[index]));
}

/**
 * Return the state at the start.
 * @param {Schema} schema
 * @returns {Record<string, Value>}
 */
export function initial(schema) {
  return Object.fromEntries(Object.entries(schema).map(([name, entry]) => [name, entry.initial]));
}

/**
 * Return what differs from the start as the query of an address: `depth=20&activation=relu`.
 * @param {Schema} schema
 * @param {State} state
 */
export function toQuery(schema, state) {
  const query = new URLSearchParams();
  for (const [name, entry] of Object.entries(schema)) {
    const text = written(state[name]);
    if (text !== written(entry.initial)) query.set(name, text);
  }
  return query.toString();
}

/**
 * Return the state that a query describes, or null where any of it is mangled.
 * @param {Schema} schema
 * @param {string} query
 * @returns {Record<string, Value> | null}
 */
export function fromQuery(schema, query) {
  const state = initial(schema);
  const entries = [...new URLSearchParams(query)];
  if (new Map(entries).size < entries.length) return null; // an entry stands there twice
  for (const [name, text] of entries) {
    if (!Object.hasOwn(schema, name)) return null;
    const value = read(schema[name], text);
    if (!fits(schema[name], value)) return null;
    state[name] = /** @type {Value} */ (value);
  }
  return state;
}

/**
 * Write a value as text: rows are parted by semicolons, their entries by commas.
 * @param {Value} value
 */
function written(value) {
  return Array.isArray(value) ? value.map((row) => row.join(",")).join(";") : String(value);
}

/**
 * Read what `written` wrote; undefined for what it never writes.
 * @param {Described} entry
 * @param {string} text
 * @returns {unknown}
 */
function read(entry, text) {
  switch (entry.kind) {
    case "choice":
      return text;
    case "switch":
      return { true: true, false: false }[text];
    case "rows":
      return text === "" ? [] : text.split(";").map((row) => readRow(entry.columns, row));
    default:
      return NUMBER.test(text) ? Number(text) : undefined;
  }
}

/**
 * @param {Described[]} columns
 * @param {string} row
 */
function readRow(columns, row) {
  const texts = row.split(",");
  if (texts.length !== columns.length) return undefined;
  return columns.map((column, index) => read(column, texts[index]));
}
