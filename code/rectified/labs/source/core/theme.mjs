/** The colours of the page as numbers, for canvases: what is painted there follows no style sheet. */

/** What can change the theme: the book's switch, JupyterLab's, Colab's and VS Code's. */
const SWITCHES = ["data-theme", "data-jp-theme-light", "theme", "class"];

/**
 * Call a function whenever the theme may have changed.
 * @param {() => void} changed
 * @param {AbortSignal} signal  ends it
 */
export function onTheme(changed, signal) {
  const observer = new MutationObserver(changed);
  for (const node of [document.documentElement, document.body]) {
    observer.observe(node, { attributeFilter: SWITCHES });
  }
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed, { signal });
}

/**
 * Return the red, green and blue of tokens, from 0 to 255; black for one that is no colour.
 * @param {Element} node  in the lab
 * @param {readonly string[]} names  without `--rc-`
 */
export function colours(node, names) {
  const style = getComputedStyle(node);
  return names.map((name) => {
    const bits = Number.parseInt(style.getPropertyValue(`--rc-${name}`).trim().slice(1), 16);
    return [(bits >> 16) & 255, (bits >> 8) & 255, bits & 255];
  });
}
