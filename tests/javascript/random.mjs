/** What the labs' generators draw. */
import { Generator } from "../../code/rectified/labs/source/core/random.mjs";
import { answer, given } from "./exchange.mjs";

const many = (n, draw) => Array.from({ length: n }, draw);

const TASKS = {
  /** The first n of a kind, from one seed. */
  stream({ seed, purpose, kind, n, words = [] }) {
    const rng = new Generator(seed, purpose);
    return many(n, () => rng[kind](...words));
  },
  /** The first of a kind from each of many seeds. */
  firsts: ({ seeds, purpose, kind }) => seeds.map((seed) => new Generator(seed, purpose)[kind]()),
  /** The state before a seed's first number, and the 32 bits of its first numbers. */
  bits({ seed, purpose, n }) {
    const rng = new Generator(seed, purpose);
    const state = [rng.a, rng.b, rng.c, rng.count].map((bits) => bits >>> 0);
    return { state, bits: many(n, () => rng.bits()) };
  },
  /** How often each order of the first entries came. */
  orders({ seed, length, n }) {
    const rng = new Generator(seed, "orders");
    const counts = new Map();
    for (let time = 0; time < n; time++) {
      const order = rng.shuffle(many(length, (_, index) => index)).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    return Object.fromEntries(counts);
  },
  refusals: ({ seeds }) =>
    seeds.map((seed) => {
      try {
        return new Generator(seed, "weights").bits();
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    }),
};

answer((await given()).map(({ task, ...settings }) => TASKS[task](settings)));
