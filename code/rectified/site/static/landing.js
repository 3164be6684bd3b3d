// The landing page leads on: to where one stopped, or to the chapter after the one that was read.
// What is known of that, rectified.js has kept.
function lead() {
  const { read, at } = kept();
  const chapters = [...document.querySelectorAll(".rc-chapter")];
  const [page, section] = at;
  const done = read.includes(page);
  const stopped = chapters.findIndex((link) => named(link) === page);
  const next = stopped < 0 ? undefined : chapters[stopped + Number(done)];
  const on = document.getElementById("go-on");
  on.hidden = !next;
  if (next) {
    on.href = next.href + (section && !done ? `#${section}` : "");
    on.lastElementChild.textContent = next.querySelector(".rc-question").textContent;
  }
  const count = chapters.filter((link) => read.includes(named(link))).length;
  const progress = document.querySelector(".rc-progress");
  progress.hidden = !page && read.length === 0;
  progress.firstElementChild.textContent = `${count} of ${chapters.length} chapters read. Only this browser knows.`;
}
lead();
document.getElementById("forget").addEventListener("click", () => {
  localStorage.removeItem(READ);
  mark();
  lead();
  document.getElementById("contents").focus();
});
// A page that the browser brings back as it was has missed what was read since
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  mark();
  lead();
});
