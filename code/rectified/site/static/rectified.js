// What a page does without a kernel and without a library: theme, current section, how far one has
// read, scrolling by key.
const KEY = "rectified-theme";
const root = document.documentElement;

// A browser may forbid to keep things: then none is kept, and none is found.
function store(act) {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}

// Theme: the system's, until the reader wants the other one; that choice is kept.
const dark = matchMedia("(prefers-color-scheme: dark)");
const system = () => (dark.matches ? "dark" : "light");
const button = document.getElementById("theme");
function show(theme) {
  root.dataset.theme = theme;
  button.textContent = theme === "dark" ? "Light" : "Dark";
  button.setAttribute("aria-label", `${button.textContent} theme`);
}
button.hidden = false;
button.addEventListener("click", () => {
  const theme = root.dataset.theme === "dark" ? "light" : "dark";
  show(theme);
  store((held) => (theme === system() ? held.removeItem(KEY) : held.setItem(KEY, theme)));
});
dark.addEventListener("change", () => store((held) => held.getItem(KEY)) ?? show(system()));
show(root.dataset.theme ?? system());

// How far one has read is kept in this browser and told to nobody: pages read to their end, and
// [page, section] where one is.
const READ = "rectified-read";
const base = new URL(root.dataset.content_root ?? ".", location).pathname;
const named = ({ pathname }) => pathname.slice(base.length).replace(/\.html$/, "");
const here = named(location);
function kept() {
  try {
    const { read, at } = JSON.parse(localStorage.getItem(READ));
    return { read: [...read], at: [...at] };
  } catch {
    return { read: [], at: [] };
  }
}
function keep(news) {
  store((held) => held.setItem(READ, JSON.stringify({ ...kept(), ...news })));
}

// The contents mark the pages whose end came into view, with the ways to the pages around them.
function mark() {
  const { read } = kept();
  for (const link of document.querySelectorAll(":is(.bd-links, .rc-entries) a")) {
    link.querySelector(".rc-read")?.remove();
    if (!read.includes(named(link))) continue;
    const sign = document.createElement("span");
    sign.className = "rc-read";
    sign.append(" (read)");
    link.append(sign);
  }
}
const ends = new IntersectionObserver(([{ isIntersecting }]) => {
  if (!isIntersecting) return;
  keep({ read: [...new Set([...kept().read, here])] });
  mark();
});
for (const end of document.querySelectorAll(".prev-next-area")) ends.observe(end);
mark();

// On this page: the section that the reader is in stands out.
const links = new Map(
  [...document.querySelectorAll(".page-toc a[href^='#']")].map((a) => [a.hash.slice(1), a]),
);
const visible = new Set();
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) visible.add(target.id);
      else visible.delete(target.id);
    }
    const current = [...links.keys()].find((id) => visible.has(id));
    for (const [id, link] of links) link.classList.toggle("active", id === current);
    if (document.querySelector("[data-chapter]")) keep({ at: [here, current ?? ""] });
  },
  { rootMargin: "-80px 0px -60% 0px" },
);
for (const id of links.keys()) {
  const section = document.getElementById(id);
  if (section) watcher.observe(section);
}

// What is too wide for the page scrolls; by keyboard, too. Whether it is changes with the window, with
// a fold that opens, and when the fonts of the formulas arrive.
const KINDS = {
  pre: "Code",
  ".katex-display": "Formula",
  ".pst-scrollable-table-container": "Table",
};
const names = new Map();
for (const [selector, kind] of Object.entries(KINDS)) {
  document.querySelectorAll(`.bd-article ${selector}`).forEach((element, index) => {
    names.set(element, `${kind} ${index + 1}, scrolls sideways`);
  });
}
function reach(element) {
  const wide = element.scrollWidth > element.clientWidth + 1;
  if (wide === element.hasAttribute("tabindex")) return;
  const attributes = { tabindex: "0", role: "region", "aria-label": names.get(element) };
  for (const [name, value] of Object.entries(attributes)) {
    if (wide) element.setAttribute(name, value);
    else element.removeAttribute(name);
  }
}
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) reach(target);
});
for (const element of names.keys()) sizes.observe(element);
const laid = (element) => element.checkVisibility({ contentVisibilityAuto: true });
document.fonts.addEventListener("loadingdone", () => [...names.keys()].filter(laid).forEach(reach));

// When there is something to read: our faces in place of the system's, which have the same widths, and
// the labs. Faces that hardly a page lacks come together, so that all is set anew once, and not for
// each. For the rest of the visit they come with the first paint.
const OFTEN = ["serif-latin.", "sans-latin.", "code-latin.", "Main-Regular", "Math-Italic"];
async function showFaces() {
  const faces = document.getElementById("faces");
  const often = document.querySelector("em") ? [...OFTEN, "latin-italic"] : OFTEN;
  const urls = new Set(faces.textContent.match(/[^(]+\.woff2/g));
  const first = [...urls].filter((url) => often.some((name) => url.includes(name)));
  await Promise.allSettled(first.map((url) => new FontFace("first", `url(${url})`).load()));
  faces.media = "all";
  try {
    sessionStorage.setItem("rectified-faces", "fetched");
  } catch {}
}
const asFile = location.protocol === "file:"; // which runs no module, so its labs stay pictures
const painted = new Promise((go) => {
  new PerformanceObserver((entries) => {
    if (entries.getEntriesByName("first-contentful-paint").length > 0) go();
  }).observe({ type: "paint", buffered: true });
});
painted.then(() => {
  showFaces();
  if (document.querySelector("[data-lab]") && !asFile) import("./labs/hydrate.mjs");
});
for (const why of document.querySelectorAll(".rc-served")) why.hidden = !asFile;

// A button beside each BibTeX entry copies it; where that is not allowed, it selects it.
for (const block of document.querySelectorAll(".rc-bibtex")) {
  const [entry, button] = block.children;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(entry.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(entry);
      button.textContent = "Selected";
    }
  });
}
