/** How the outputs of each hidden layer are spread: one upright histogram for each. */
import { put, svg, write } from "../core/dom.mjs";
import { Axis, colour, label } from "../core/plot.mjs";
import { linear } from "../core/scale.mjs";
import { columns, histograms } from "./columns.mjs";
import { BINS } from "./sizes.mjs";

export class Outputs {
  constructor() {
    this.layer = new Axis("x");
    this.height = new Axis("y");
    this.bars = svg("path", { "fill-opacity": 0.75 });
    this.zero = svg("path", { stroke: colour("rule"), fill: "none" });
    this.title = label("", {});
    this.node = svg("g", {}, this.zero, this.bars, this.layer.node);
    this.node.append(this.height.node, this.title);
  }

  /**
   * @param {import("./layout.mjs").Place} place
   * @param {import("./job.mjs").Frame | undefined} frame
   */
  draw(place, frame) {
    const { x: left, y: top, width, height } = place;
    const x = columns(frame?.depth ?? 1, place);
    const y = linear(frame?.range ?? [0, 1], [top + height, top], 3);
    put(this.title, { x: 0, y: top - 9 });
    write(
      this.title,
      width > 480
        ? "outputs h of each hidden layer: histograms, without zeros"
        : "outputs h, without zeros",
    );
    this.layer.draw(frame ? x : { ...x, ticks: [] }, top + height, "layer");
    this.height.draw(y, left);
    const [low, high] = y.values;
    put(this.zero, { d: low < 0 && high > 0 ? `M${left} ${y.at(0)}h${width}` : null });
    if (!frame) return;
    const each = (high - low) / BINS;
    const bars = histograms(frame.outputs, BINS, x, (_, bin) => y.at(low + bin * each));
    put(this.bars, { d: bars, fill: colour(frame.role) });
  }
}
