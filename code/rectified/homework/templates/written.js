// Keeps what the teacher enters in this browser, and saves it as written.csv. Asks nothing of the net.
"use strict";
{
  const form = document.querySelector("form");
  const inputs = [...form.querySelectorAll("input")];
  const status = form.querySelector("[role=status]");
  const memory = (act) => {
    try {
      return act(localStorage); // a browser may forbid it to pages from the disk
    } catch {
      return null;
    }
  };
  const key = (input) => `rectified written ${input.dataset.row}`;

  const show = () => {
    const wrong = inputs.filter((input) => !input.validity.valid).length;
    const done = inputs.filter((input) => input.value !== "").length;
    status.textContent =
      `${done} of ${inputs.length} entered` + (wrong ? `; ${wrong} not from 0 to its most` : "");
  };
  for (const input of inputs) {
    input.value = memory((store) => store.getItem(key(input))) ?? "";
    input.addEventListener("input", () => {
      memory((store) => store.setItem(key(input), input.value));
      show();
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("button").addEventListener("click", () => {
    if (!form.reportValidity()) return;
    const rows = inputs.map((input) => `${input.dataset.row},${input.value}`);
    const text = `\ufeff${[form.dataset.header, ...rows].join("\n")}\n`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = "written.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
  form.querySelector(".save").hidden = false;
  show();
}
