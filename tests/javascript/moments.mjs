/** Moments and mean-field theory of activations, for settings that Python chose. */
import { activation } from "../../code/rectified/labs/source/core/formulas.mjs";
import * as moments from "../../code/rectified/labs/source/core/moments.mjs";
import { answer, given } from "./exchange.mjs";

const FUNCTIONS = {
  "x^4": (x) => x ** 4,
  "|x - 1|": (x) => Math.abs(x - 1),
  "x > 2": (x) => Number(x > 2),
};

const TASKS = {
  moments: ({ f, normals }) => normals.map((normal) => moments.moments(f, normal)),
  maps: ({ f, qs, network }) => ({
    variance: qs.map((q) => moments.varianceMap(f, q, network)),
    chi: qs.map((q) => moments.chi(f, q, network)),
  }),
  field: ({ f, network }) => moments.meanField(f, network),
  critical: ({ f, biasVariances }) =>
    biasVariances.map(
      (biasVariance) => moments.criticalWeightVariance(f, { biasVariance }) ?? "none",
    ),
  expectation: ({ g, setting }) => moments.expectation(FUNCTIONS[g], setting),
};

answer(
  (await given()).map(({ task, name, parameters, ...settings }) =>
    TASKS[task]({ f: name && activation(name, parameters), ...settings }),
  ),
);
