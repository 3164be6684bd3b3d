/** What a lab does in its worker: it trains, and counts what the page draws of every layer. */
import { products } from "../../code/rectified/labs/source/core/products.mjs";
import { serve } from "../../code/rectified/labs/source/core/serve.mjs";
import { training } from "./workload.mjs";

const BINS = 24;
const engine = products();

/** Add entries to the bins of a histogram from -3 to 3. */
function count(entries, bins) {
  for (let i = 0; i < entries.length; i++) {
    const place = (entries[i] + 3) * (BINS / 6);
    bins[Math.max(0, Math.min(BINS - 1, Math.floor(place)))] += 1;
  }
}

serve((settings) => {
  const trained = training(settings, engine);
  return {
    step: () => trained.step(),
    frame() {
      const { layers } = trained.network;
      const bins = new Float32Array(2 * layers.length * BINS);
      for (const [layer, { h, gradZ }] of layers.entries()) {
        count(h, bins.subarray(2 * layer * BINS, (2 * layer + 1) * BINS));
        count(gradZ, bins.subarray((2 * layer + 1) * BINS, (2 * layer + 2) * BINS));
      }
      return { engine: engine.name, steps: trained.steps, loss: trained.loss, bins };
    },
  };
});
