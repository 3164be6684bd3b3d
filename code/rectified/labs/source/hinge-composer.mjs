/** How do hinges add up to a curve? A ReLU network of one input, taken into the hand. */

import { control } from "./core/controls.mjs";
import { put, write } from "./core/dom.mjs";
import { lab, serial } from "./core/lab.mjs";
import { Bench } from "./hinge-composer/bench.mjs";
import { key } from "./hinge-composer/key.mjs";
import { Picture } from "./hinge-composer/picture.mjs";
import { said } from "./hinge-composer/said.mjs";
import { view } from "./hinge-composer/view.mjs";

export default lab({
  controls: ["layers"],
  build(stage) {
    const bench = new Bench(stage);
    const picture = new Picture(bench);
    aimed(stage, bench);
    const count = counter(stage, bench);
    const show = buttons(stage, bench);
    const line = stage.key();
    stage.picture.append(picture.root);
    return {
      changed: (_, led) => bench.follow(led),
      draw(width) {
        const shown = view(bench);
        picture.draw(width, shown);
        write(line, key(shown.layers));
        count.show(shown.layer.hinges.length);
        show(shown);
        bench.trainer.drawn();
        return said(shown, bench.trainer.steps);
      },
    };
  },
});

/**
 * The curve to follow is chosen together with hinges that can learn it.
 * @param {import("./core/lab.mjs").Stage} stage
 * @param {Bench} bench
 */
function aimed({ schema, shown, words, signal }, bench) {
  const id = `${words.id}-target-${serial()}`;
  const made = control(schema.target, { id, signal, moved: (to) => bench.aim(String(to)) });
  shown.get("layers")?.node.before(made.node);
  shown.set("target", made);
}

/**
 * How many hinges there are is no entry of the state, but has a slider like one.
 * @param {import("./core/lab.mjs").Stage} stage
 * @param {Bench} bench
 */
function counter({ schema, shown, words, signal }, bench) {
  const { least: low, most: high } = schema.hinges;
  const entry = { ...schema.layers, label: "Hinges", low, high };
  const id = `${words.id}-count-${serial()}`;
  const made = control(entry, { id, signal, moved: (count) => bench.resize(Number(count)) });
  shown.get("layers")?.node.before(made.node);
  return made;
}

/**
 * @param {import("./core/lab.mjs").Stage} stage
 * @param {Bench} bench
 */
function buttons(stage, bench) {
  const train = stage.button("Train", () => bench.trainer.toggle());
  const step = stage.button("Step", () => bench.trainer.once());
  const turn = stage.button("Turn hinge", () => bench.turn(bench.selected));
  const fold = stage.button("Zigzag", () => bench.fold());
  /** @param {import("./hinge-composer/view.mjs").View} shown */
  return ({ layers, selected, target }) => {
    const { running, finished } = bench.trainer;
    write(train, running ? "Stop" : finished ? "Train again" : "Train");
    put(train, { disabled: !target });
    put(step, { disabled: !target || finished });
    write(turn, `Turn hinge ${selected + 1}`);
    put(fold, { hidden: layers === 1 });
  };
}
