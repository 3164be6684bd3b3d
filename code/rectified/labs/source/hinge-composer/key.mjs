/** What can be done with the marks of the picture, and what they mean. */

const HANDS =
  "Drag, or use arrow keys: numbers move hinges (Enter turns one), small dots bend, the ends lift and tilt.";
const SUM = "Blue area: what the selected hinge adds. Below, without a kink: c + a₀x.";
const FOLDS = "All layers share their hinges and c + a₀x.";

/** @param {number} layers */
export const key = (layers) => `${HANDS} ${layers > 1 ? FOLDS : SUM}`;
