/** Theory, networks and words of the lab on initialization for its tests, without a page. */

import { activation } from "../../code/rectified/labs/source/core/formulas.mjs";
import { make, preactivations } from "../../code/rectified/labs/source/initialization/job.mjs";
import { theory } from "../../code/rectified/labs/source/initialization/theory.mjs";
import { known, view } from "../../code/rectified/labs/source/initialization/view.mjs";
import { readout } from "../../code/rectified/labs/source/initialization/words.mjs";
import { answer, given } from "./exchange.mjs";

const TASKS = {
  theory: ({ name, network }) => theory(activation(name), network),
  forward: ({ name, network, scales }) => preactivations(activation(name), network, scales),
  sampled: ({ settings, wanted }) => make(settings).frame(wanted),
  view({ state }) {
    const { critical, factors, reach } = view(state, known(state));
    return { critical: critical ?? "none", factors, reach };
  },
  readout({ state }) {
    const shown = view(state, known(state));
    const { gain, biasStd, layer, reach } = shown;
    const sampled = make(state).frame({ gain, biasStd, layer, reach });
    return readout({ ...shown, sampled });
  },
};

answer((await given()).map(({ task, ...asked }) => TASKS[task](asked)));
