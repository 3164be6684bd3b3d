/** Networks of the labs, that train on numbers which Python chose. */
import { activation } from "../../code/rectified/labs/source/core/formulas.mjs";
import { LOSSES } from "../../code/rectified/labs/source/core/losses.mjs";
import { Network } from "../../code/rectified/labs/source/core/network.mjs";
import { OPTIMIZERS } from "../../code/rectified/labs/source/core/optimizers.mjs";
import { compiled, plain } from "../../code/rectified/labs/source/core/products.mjs";
import { answer, given } from "./exchange.mjs";

const PRODUCTS = { wasm: compiled(), plain: plain() };

/** Return the parameters and all that a last pass wrote, after some steps on one batch. */
function train({ products, f, widths, x, y, theta, loss, optimizer, rate, steps, points }) {
  const batch = x.length / widths[0];
  const network = new Network({ widths, f: activation(f), batch, products: PRODUCTS[products] });
  network.theta.set(theta);
  network.x.set(x);
  const { slots, update } = OPTIMIZERS[optimizer];
  const memory = Array.from({ length: slots }, () => new Float64Array(theta.length));
  const targets = Float64Array.from(y);
  const losses = [];
  for (let t = 1; t <= steps + 1; t++) {
    network.forward();
    const { h, gradZ, fanOut } = network.output;
    losses.push(LOSSES[loss].value(h, targets, gradZ, fanOut));
    network.backward();
    if (t <= steps) update(network.theta, network.gradient, memory, rate, t);
  }
  const { h, fanOut } = network.output;
  const accuracy = LOSSES[loss].accuracy(h, targets, fanOut);
  const elsewhere = new Float64Array((points.length / widths[0]) * fanOut);
  network.evaluate(Float64Array.from(points), elsewhere);
  const layers = network.layers.map(({ z, h, gradZ }) => ({
    z: z.slice(),
    h: h.slice(),
    gradZ: gradZ.slice(),
  }));
  const { theta: after, gradient } = network;
  return { losses, accuracy, theta: after.slice(), gradient: gradient.slice(), layers, elsewhere };
}

const TASKS = { train };

answer((await given()).map(({ task, ...settings }) => TASKS[task](settings)));
