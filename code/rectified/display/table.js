// Make the headers of every table that is not sortable yet into buttons. Runs once per output.
(() => {
  const key = (row, i) => {
    const cell = row.cells[i];
    return "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim();
  };
  const empty = (k) => k === "" || Number.isNaN(k);
  const order = (a, b) => (typeof a === typeof b && typeof a === "number" ? a - b : String(a).localeCompare(String(b)));
  const sort = (table, header, i) => {
    const up = header.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", up ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows].map((row) => [key(row, i), row]);
    rows.sort(([a], [b]) => empty(a) - empty(b) || (up ? order(a, b) : order(b, a)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  };
  for (const table of document.querySelectorAll(".rc-table:not([data-sortable])")) {
    table.dataset.sortable = "";
    [...table.tHead.rows[0].cells].forEach((header, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      button.addEventListener("click", () => sort(table, header, i));
      header.append(button);
    });
  }
})();
