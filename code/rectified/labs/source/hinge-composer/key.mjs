/** What can be done with the marks of the picture, and what they mean: a quiet line under it. */
import { html, write } from "../core/dom.mjs";
import { colour } from "../core/plot.mjs";

const HANDS =
  "Drag, or use arrow keys: numbers move hinges (Enter turns one), small dots bend, the ends lift and tilt.";
const SUM = "Blue area: what the selected hinge adds. Below, without a kink: c + a₀x.";
const FOLDS = "All layers share their hinges and c + a₀x.";

export class Key {
  constructor() {
    const style = `color: ${colour("muted")}; font-size: 13px; line-height: 1.4`;
    this.node = html("p", { style });
  }

  /** @param {number} layers */
  draw(layers) {
    write(this.node, `${HANDS} ${layers > 1 ? FOLDS : SUM}`);
  }
}
