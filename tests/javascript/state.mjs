/** What the page makes of values and addresses: `fits`, `toQuery`, `fromQuery`, a slider's steps. */
import { steps } from "../../code/rectified/labs/source/core/controls.mjs";
import { fits, fromQuery, toQuery } from "../../code/rectified/labs/source/core/state.mjs";
import { answer, given } from "./exchange.mjs";

/** Values and addresses come as texts, so that nothing on the way mends them. */
const REPLIES = {
  fits: ({ entry, values }) => values.map((text) => fits(entry, revived(text))),
  states: ({ schema, queries }) =>
    queries.map((text) => JSON.stringify(fromQuery(schema, JSON.parse(text)))),
  trips: ({ schema, states }) =>
    states.map((text) => {
      const query = toQuery(schema, JSON.parse(text));
      return [query, JSON.stringify(fromQuery(schema, query))];
    }),
  slider({ entry }) {
    const { count, value, index } = steps(entry);
    const values = Array.from({ length: count + 1 }, (_, place) => value(place));
    return { values, back: values.map(index) };
  },
};

/** JSON has no NaN; 1e999 is its infinity. */
function revived(text) {
  return JSON.parse(text, (_, value) => (value === "\u0000NaN" ? Number.NaN : value));
}

answer((await given()).map((task) => REPLIES[task.task](task)));
