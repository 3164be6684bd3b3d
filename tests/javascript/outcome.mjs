/** What comes out of activations, for normals that Python chose. */
import assert from "node:assert";
import { activation } from "../../code/rectified/labs/source/core/formulas.mjs";
import { outcome } from "../../code/rectified/labs/source/core/outcome.mjs";
import { answer, given } from "./exchange.mjs";

answer(
  (await given()).map(({ name, parameters, ...setting }) => {
    const found = outcome(activation(name, parameters), setting);
    const negative = found.atoms.some(({ at }) => Object.is(at, -0));
    assert(!negative, "JSON has no -0, but a label of the page would show it");
    return found;
  }),
);
