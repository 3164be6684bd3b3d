/** What comes out of activations, for normals that Python chose. */
import { activation } from "../../code/rectified/labs/source/shared/formulas.mjs";
import { outcome } from "../../code/rectified/labs/source/shared/outcome.mjs";
import { answer, given } from "./exchange.mjs";

answer(
  (await given()).map(({ name, parameters, ...setting }) =>
    outcome(activation(name, parameters), setting),
  ),
);
