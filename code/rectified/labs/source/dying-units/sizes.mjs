/** How large the lab's network, its set of examples and its training are. */

export const UNITS = 24;
export const EXAMPLES = 96;
export const STEPS = 200;
