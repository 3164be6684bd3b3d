/** The products of the labs' networks on numbers that Python chose, and the memory behind them. */
import { compiled, plain, products } from "../../code/rectified/labs/source/core/products.mjs";
import { answer, given } from "./exchange.mjs";

const ROOM = 7; // doubles before and behind each result, to be left alone
const MARK = 12345.5;

/** Return the three products of a layer and the bias sums, and whether all else stayed as it was. */
function layer(engine, { rows, fanIn, fanOut, x, w, b, gradZ }) {
  const inputs = [x, w, b, gradZ].map((numbers) => Float64Array.from(numbers));
  const results = [rows * fanOut, rows * fanIn, fanIn * fanOut, fanOut];
  const sizes = [...inputs.map(({ length }) => length), ...results.map((size) => size + 2 * ROOM)];
  const arrays = engine.allocate(sizes, Math.max(rows, fanIn, fanOut));
  for (const [index, numbers] of inputs.entries()) arrays[index].set(numbers);
  const marked = arrays.slice(4);
  for (const array of marked) array.fill(MARK);
  const [z, gradX, gradW, gradB] = marked.map((array) => array.subarray(ROOM, -ROOM));
  const [ownX, ownW, ownB, ownG] = arrays;
  engine.forward(ownX, ownW, ownB, z, rows, fanIn, fanOut);
  engine.toInput(ownG, ownW, gradX, rows, fanIn, fanOut);
  engine.toWeights(ownX, ownG, gradW, rows, fanIn, fanOut);
  engine.toBias(ownG, gradB, rows, fanOut);
  const kept =
    marked.every((array) =>
      [...array.subarray(0, ROOM), ...array.subarray(-ROOM)].every((n) => n === MARK),
    ) && inputs.every((numbers, index) => numbers.every((n, i) => Object.is(n, arrays[index][i])));
  return { z: z.slice(), gradX: gradX.slice(), gradW: gradW.slice(), gradB: gradB.slice(), kept };
}

/** Return the bytes of memory after each of many requests, and what the last gave. */
function reuse({ requests }) {
  const engine = compiled();
  let arrays = [];
  const bytes = requests.map((sizes) => {
    arrays = engine.allocate(sizes, 8);
    for (const array of arrays) array.fill(1);
    return arrays[0].buffer.byteLength;
  });
  const last = engine.allocate(requests.at(-1), 8);
  const places = last.map(({ byteOffset, byteLength }) => [byteOffset, byteOffset + byteLength]);
  return { bytes, places, zeros: last.every((array) => array.every((entry) => entry === 0)) };
}

/** Return which products are taken where WebAssembly is as given. */
function choice({ missing }) {
  const whole = globalThis.WebAssembly;
  const forbidden = class {
    constructor() {
      throw new WebAssembly.CompileError("forbidden by the page's policy");
    }
  };
  const replaced = {
    nothing: whole,
    WebAssembly: undefined,
    SIMD: { ...pieces(whole), validate: () => false },
    permission: { ...pieces(whole), Module: forbidden },
  };
  globalThis.WebAssembly = replaced[missing];
  try {
    return products().name;
  } finally {
    globalThis.WebAssembly = whole;
  }
}

function pieces({ validate, Memory, Module, Instance, CompileError }) {
  return { validate, Memory, Module, Instance, CompileError };
}

const TASKS = {
  layers({ layers }) {
    const engines = { wasm: compiled(), plain: plain() };
    return layers.map((numbers) => {
      const found = Object.entries(engines).map(([name, engine]) => [name, layer(engine, numbers)]);
      return Object.fromEntries(found);
    });
  },
  reuse,
  choice,
};

answer((await given()).map(({ task, ...settings }) => TASKS[task](settings)));
