/** What is trained: the same network from the same start, on a page and under Node. */
import { activation } from "../../code/rectified/labs/source/core/formulas.mjs";
import { INITIALIZERS } from "../../code/rectified/labs/source/core/initializers.mjs";
import { OPTIMIZERS } from "../../code/rectified/labs/source/core/optimizers.mjs";
import { Generator } from "../../code/rectified/labs/source/core/random.mjs";
import { TASKS } from "../../code/rectified/labs/source/core/tasks.mjs";
import { Training } from "../../code/rectified/labs/source/core/training.mjs";

export function training({ layers, width, batch, f, rate }, products) {
  const task = TASKS.two_circles;
  return new Training({
    task,
    examples: task.draw(batch, new Generator(0, "examples")),
    hidden: Array(layers - 1).fill(width),
    f: activation(f),
    initializer: INITIALIZERS.he_normal,
    optimizer: OPTIMIZERS.SGD,
    learningRate: rate,
    seed: 0,
    products,
  });
}
