/** How large should the first weights be? Signals and gradients through a random network. */

import { connect } from "./core/connect.mjs";
import { put, svg } from "./core/dom.mjs";
import { lab } from "./core/lab.mjs";
import { Bell } from "./initialization/bell.mjs";
import { Depths } from "./initialization/depths.mjs";
import { Dial } from "./initialization/dial.mjs";
import SOURCE from "./initialization/job.worker.mjs?text";
import { layout } from "./initialization/layout.mjs";
import { known, view } from "./initialization/view.mjs";
import { key, readout } from "./initialization/words.mjs";

/**
 * @typedef {import("./initialization/job.mjs").Sampled} Sampled
 * @typedef {import("./initialization/view.mjs").Settings} Settings
 */

const SEEDS = 1000;
const DRAWN = ["activation", "width", "depth", "seed"]; // a change of these needs other networks

/** @param {import("./core/lab.mjs").Stage} stage */
function build(stage) {
  const plots = { depths: new Depths(stage), dial: new Dial(stage), bell: new Bell() };
  const root = svg("svg", {}, plots.depths.node, plots.dial.node, plots.bell.node);
  stage.picture.append(root);
  stage.key(...key());
  const settings = () => /** @type {Settings} */ (/** @type {unknown} */ (stage.state));
  let before = known(settings());
  let shown = view(settings(), before);
  /** @type {Sampled | undefined} */
  let sampled;
  let waits = true;
  const worker = connect(SOURCE, (/** @type {Sampled | {fault: string}} */ heard) => {
    sampled = "fault" in heard ? undefined : heard; // without it, theory is there all the same
    waits = false;
    stage.invalidate();
  });
  stage.onClose(() => worker.close());
  stage.button("New weights", () => stage.set({ seed: (settings().seed + 1) % SEEDS }));
  return {
    waits: () => waits,
    /** @param {ReadonlySet<string>} names */
    changed(names) {
      if (names.has("activation") || names.has("bias_std")) before = known(settings(), before);
      shown = view(settings(), before);
      if (DRAWN.some((name) => names.has(name))) worker.make(settings());
      const { gain, biasStd, layer, reach } = shown;
      worker.want({ gain, biasStd, layer, reach });
    },
    /** @param {number} width */
    draw(width) {
      const places = layout(width);
      shown = { ...shown, sampled };
      put(root, { viewBox: `0 0 ${width} ${places.height}`, height: places.height });
      plots.depths.draw(places.depths, shown);
      plots.dial.draw(places.dial, shown);
      plots.bell.draw(places.bell, shown);
      return readout(shown);
    },
  };
}

export default lab({ controls: ["activation", "bias_std", "depth", "width"], build });
