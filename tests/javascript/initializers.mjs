/** What the labs' laws for first weights say and draw. */
import { INITIALIZERS } from "../../code/rectified/labs/source/core/initializers.mjs";
import { Generator } from "../../code/rectified/labs/source/core/random.mjs";
import { answer, given } from "./exchange.mjs";

const TASKS = {
  table({ shapes }) {
    const facts = Object.entries(INITIALIZERS).map(([name, { title, variance }]) => {
      return [name, { title, variances: shapes.map(([fanIn, fanOut]) => variance(fanIn, fanOut)) }];
    });
    return Object.fromEntries(facts);
  },
  /** Weights, with one number more behind them. */
  draw({ name, shape: [fanIn, fanOut], seed, gain }) {
    const w = new Float64Array(fanIn * fanOut + 1);
    INITIALIZERS[name].draw(w, fanIn, fanOut, new Generator(seed, "weights"), gain);
    return w;
  },
};

answer((await given()).map(({ task, ...settings }) => TASKS[task](settings)));
