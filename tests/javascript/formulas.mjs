/** The tables of activations, and what they say of numbers that Python chose. */
import * as formulas from "../../code/rectified/labs/source/core/formulas.mjs";
import * as vector from "../../code/rectified/labs/source/core/formulas-vector.mjs";
import { normalCdf } from "../../code/rectified/labs/source/core/special.mjs";
import { answer, given } from "./exchange.mjs";

/** Return what a call gives, or the message of what it throws. */
function attempt(call) {
  try {
    return call();
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

const TASKS = {
  tables() {
    const facts = (table) =>
      Object.entries(table).map(([name, { title, role, parameters }]) => {
        return [name, { title, role, parameters }];
      });
    return { elementwise: facts(formulas.ELEMENTWISE), vector: facts(vector.VECTOR) };
  },

  /** Value and slope, entry by entry and filled, in place too. */
  elementwise({ name, parameters, z }) {
    const f = formulas.activation(name, parameters);
    const places = Float64Array.from(z);
    const [h, slope] = [new Float64Array(z.length + 1), new Float64Array(z.length + 1)];
    formulas.fill(f, places, h, z.length);
    formulas.fillSlope(f, places, slope, z.length);
    const twice = places.slice();
    formulas.fill(f, twice, twice, z.length);
    return {
      value: z.map(f.value),
      slope: z.map(f.slope),
      filled: h.subarray(0, z.length),
      filledSlope: slope.subarray(0, z.length),
      beyond: [h[z.length], slope[z.length]],
      inPlace: twice,
      kinks: f.kinks,
      jumps: f.jumps,
      steepest: f.steepest,
    };
  },

  vector({ name, parameters, z, grad }) {
    const f = vector.vectorActivation(name, parameters);
    const places = z.map((row) => Float64Array.from(row));
    return {
      width: f.width(z[0].length),
      value: places.map(f.value),
      vjp: places.map((row, i) => f.vjp(row, Float64Array.from(grad[i]))),
    };
  },

  refusals({ elementwise, vectors, widths, grads }) {
    const made = (build) => (one) => attempt(() => Boolean(build(...one)));
    return {
      elementwise: elementwise.map(made(formulas.activation)),
      vectors: vectors.map(made(vector.vectorActivation)),
      widths: widths.map(([name, units]) =>
        attempt(() => vector.vectorActivation(name).value(new Float64Array(units)).length),
      ),
      grads: grads.map(([name, units, length]) =>
        attempt(() => {
          const f = vector.vectorActivation(name);
          return f.vjp(new Float64Array(units), new Float64Array(length)).length;
        }),
      ),
    };
  },

  cdf: ({ x }) => x.map(normalCdf),
};

answer((await given()).map(({ task, ...settings }) => TASKS[task](settings)));
