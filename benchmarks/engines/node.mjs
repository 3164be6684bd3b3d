/** The same training under Node, without a page: how many steps it takes a second. */
import { json } from "node:stream/consumers";
import { compiled, plain } from "../../code/rectified/labs/source/core/products.mjs";
import { training } from "./workload.mjs";

const { engine, checked, seconds, ...settings } = await json(process.stdin);
const trained = training(settings, engine === "wasm" ? compiled() : plain());
const { theta, x } = trained.network;
const start = { theta: [...theta], x: [...x], y: [...trained.y] };
while (trained.steps < checked) trained.step();
const { loss } = trained;

/** Train for this many milliseconds; return the steps in a second, and the share of the core. */
function timed(span) {
  const [first, begin, work] = [trained.steps, performance.now(), process.cpuUsage()];
  while (performance.now() - begin < span) trained.step();
  const passed = performance.now() - begin;
  const { user, system } = process.cpuUsage(work); // microseconds
  return {
    steps: (1000 * (trained.steps - first)) / passed,
    share: (user + system) / 1000 / passed,
  };
}

timed(500 * seconds); // until the code is compiled
process.stdout.write(JSON.stringify({ ...timed(1000 * seconds), loss, start }));
