/** The numbers of all chosen functions side by side, as a table. */
import { html, write } from "../core/dom.mjs";
import { fixed } from "../core/format.mjs";
import { colour } from "../core/plot.mjs";
import { each, number, share } from "./words.mjs";

/** @typedef {import("./chosen.mjs").Chosen} Chosen */
/** @typedef {import("../core/outcome.mjs").Outcome} Outcome */

const NAMES = ["mean", "variance", "zeros", "saturated", "value", "slope"];
const SHORT = ["mean", "var.", "zeros", "sat.", "value", "slope"];
const SIGNS = ["", "○ ", "□ "]; // the marks on curves that share a colour

export class Numbers {
  constructor() {
    this.point = html("th", { colspan: 2, scope: "colgroup" });
    this.heads = NAMES.map(() => html("th", { scope: "col" }));
    this.rows = html("tbody");
    this.node = html(
      "table",
      { class: "rc-numbers" },
      html(
        "thead",
        {},
        html(
          "tr",
          {},
          html("td"),
          html("th", { colspan: 4, scope: "colgroup" }, "what comes out"),
          this.point,
        ),
        html("tr", {}, html("td"), ...this.heads),
      ),
      this.rows,
    );
  }

  /**
   * @param {readonly Chosen[]} all
   * @param {readonly Outcome[]} outcomes
   * @param {number} z
   * @param {boolean} narrow
   */
  draw(all, outcomes, z, narrow) {
    write(this.point, `at z = ${fixed(z, 1)}`);
    this.heads.forEach((head, i) => {
      write(head, (narrow ? SHORT : NAMES)[i]);
    });
    while (this.rows.children.length > all.length) this.rows.lastElementChild?.remove();
    while (this.rows.children.length < all.length) this.rows.append(row());
    all.forEach((one, i) => {
      const { mean, variance, zeros, saturated } = outcomes[i];
      const cells = this.rows.children[i].children;
      const numbers = [
        ...[number(mean), number(variance), share(zeros), share(saturated)],
        ...[each(one.strands, "value", z), each(one.strands, "slope", z)],
      ];
      [SIGNS[one.twin] + one.label, ...numbers].forEach((text, k) => {
        write(cells[k], text);
      });
      cells[0].setAttribute("style", `color: ${colour(one.role)}`);
    });
  }
}

function row() {
  return html("tr", {}, html("th", { scope: "row" }), ...NAMES.map(() => html("td")));
}
