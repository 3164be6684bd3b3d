/** How a unit's line looks: blue if it is active somewhere, dashed and hollow if it has no slope. */

/** @typedef {import("./run.mjs").Fate} Fate */

/** @type {Readonly<Record<Fate, {ink: string, dash: string | null, fill: string}>>} */
export const STYLES = {
  alive: { ink: "alive", dash: null, fill: "alive" },
  off: { ink: "dead", dash: null, fill: "dead" },
  dead: { ink: "dead", dash: "5 4", fill: "surface" },
};
