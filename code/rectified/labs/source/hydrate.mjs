/**
 * The static page's side of the labs. Each placeholder gets a model, as a kernel would give it, and
 * its lab starts when it comes into view.
 */

/** @param {Record<string, unknown>} state */
function model(state) {
  /** @type {Map<string, Set<() => void>>} */
  const listeners = new Map();
  return {
    /** @param {string} name */
    get: (name) => state[name],
    /** @type {(name: string, value: unknown) => void} */
    set(name, value) {
      if (state[name] === value) return;
      state[name] = value;
      for (const heard of [...(listeners.get(`change:${name}`) ?? [])]) heard();
    },
    /** @type {(event: string, heard: () => void) => void} */
    on(event, heard) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(heard));
    },
    /** @type {(event: string, heard: () => void) => void} */
    off(event, heard) {
      listeners.get(event)?.delete(heard);
    },
    save_changes() {},
    send() {},
  };
}

/**
 * Replace the picture by the lab; without its module, the picture stays.
 * @param {HTMLElement} section
 */
async function start(section) {
  const module = await import(new URL(`./${section.dataset.lab}.mjs`, import.meta.url).href);
  const state = JSON.parse(section.querySelector("script")?.textContent ?? "{}");
  const el = section.appendChild(document.createElement("div"));
  try {
    module.default.render({ model: model(state), el });
    section.querySelector(".rc-lab-still")?.remove();
  } catch (error) {
    el.remove();
    throw error;
  }
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      start(/** @type {HTMLElement} */ (target)).catch(console.warn);
    }
  },
  { rootMargin: "300px" },
);

/** A link to a lab's state leads to the lab; `#lab?state` names no element by itself. */
function goToLab() {
  const [id, query] = location.hash.slice(1).split("?", 2);
  if (query !== undefined) document.getElementById(id)?.scrollIntoView();
}

for (const section of document.querySelectorAll("[data-lab]")) seen.observe(section);
goToLab();
addEventListener("hashchange", goToLab);
