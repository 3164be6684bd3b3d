/** A lab that has one of everything: controls of all kinds, handles, a button that starts frames. */
import { put, svg } from "../../code/rectified/labs/source/core/dom.mjs";
import { fixed } from "../../code/rectified/labs/source/core/format.mjs";
import { Handle } from "../../code/rectified/labs/source/core/handle.mjs";
import { lab } from "../../code/rectified/labs/source/core/lab.mjs";
import { Axis, colour, curve } from "../../code/rectified/labs/source/core/plot.mjs";
import { linear } from "../../code/rectified/labs/source/core/scale.mjs";

const HEIGHT = 260;

export default lab({
  controls: ["gain", "depth", "activation", "law", "shown"],
  build(stage) {
    const [across, up] = [new Axis("x"), new Axis("y")];
    const line = svg("path", { fill: "none", stroke: colour("relu"), "stroke-width": 3 });
    const parts = [line, across.node, up.node];
    let x = linear([-3, 3], [30, 300]);
    let y = linear([0, 3], [HEIGHT - 40, 30]);
    const { signal } = stage;
    const point = new Handle({
      ...{ label: "Point z", low: -3, high: 3, step: 0.1, signal },
      from: (left) => x.from(left),
      moved: (z) => stage.set({ z }),
    });
    const knot = new Handle({
      ...{ label: "First bend", low: 0, high: 3, step: 0.1, signal, upright: true },
      from: (_, top) => y.from(top),
      moved: (top) => {
        const [[left, , side], ...rest] = stage.state.bends;
        stage.set({ bends: [[left, top, side], ...rest] });
      },
    });
    const root = svg("svg", { height: HEIGHT }, ...parts, point.node, knot.node);
    stage.picture.append(root);
    let runs = 0;
    const frame = () => {
      runs += 1;
      stage.invalidate();
      next = requestAnimationFrame(frame);
    };
    let next = 0;
    stage.onClose(() => cancelAnimationFrame(next));
    stage.button("Run", () => {
      cancelAnimationFrame(next);
      next = requestAnimationFrame(frame);
    });
    return {
      draw(width) {
        const { z, gain, bends, depth } = stage.state;
        x = linear([-3, 3], [30, width - 30]);
        y = linear([0, 3], [HEIGHT - 40, 30]);
        put(root, { viewBox: `0 0 ${width} ${HEIGHT}` });
        across.draw(x, HEIGHT - 40, "z");
        up.draw(y, 30, "f(z)");
        put(line, { d: curve([-3, 0, 3], [0, 0, 3 * gain], x, y) });
        point.draw(x.at(z), y.at(0), z, fixed(z, 1), colour("relu"));
        knot.node.style.display = bends.length > 0 ? "" : "none";
        if (bends.length > 0) {
          knot.draw(x.at(0), y.at(bends[0][1]), bends[0][1], fixed(bends[0][1], 1), colour("tanh"));
        }
        const slope = z > 0 ? gain : 0;
        return ["At z = ", fixed(z, 1), " the slope is ", fixed(slope, 2), ` ${depth} ${runs}`];
      },
    };
  },
});
