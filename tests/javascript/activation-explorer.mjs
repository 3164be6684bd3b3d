/** What the activation explorer draws and measures, for states that Python chose. */
import { chosen, tunable } from "../../code/rectified/labs/source/activation-explorer/chosen.mjs";
import {
  closed,
  measured,
  PLACES,
  sight,
} from "../../code/rectified/labs/source/activation-explorer/measured.mjs";
import { answer, given } from "./exchange.mjs";

/** Return all that the picture of a state is made of, with the curves at places z. */
function pictured({ state, z }) {
  const all = chosen(state);
  const values = sight(all);
  return {
    curves: all.map(({ name, label, role, twin, strands }) => ({
      ...{ name, label, role, twin },
      strands: strands.map((f) => ({
        value: z.map(f.value),
        slope: z.map(f.slope),
        steepest: f.steepest,
      })),
    })),
    tunable: [...tunable(state)],
    outcomes: all.map((one) => measured(one, state, values)),
    values,
    places: PLACES,
    closed: closed(all[0]),
  };
}

answer((await given()).map(pictured));
