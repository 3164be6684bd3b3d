/**
 * Join the labs' modules: each lab becomes one file without an import, as anywidget needs it.
 *
 *     node tools/labs.mjs join               write code/rectified/labs/joined/*.mjs
 *     node tools/labs.mjs check              say which of them are stale, and exit with 1
 *     node tools/labs.mjs run MODULE         join a test's module the same way, and run it
 *
 * Two kinds of import are special. `x.wat`, WebAssembly as text, becomes its bytes;
 * `x.worker.mjs?text` becomes the text of a module joined for a Web Worker.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import wabt from "wabt";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const LABS = path.join(ROOT, "code/rectified/labs");
const SOURCE = path.join(LABS, "source");
const JOINED = path.join(LABS, "joined");
const FEATURES = { simd: true };

/** How a file is joined, on the page and for a test alike. */
const OPTIONS = {
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  write: false,
  absWorkingDir: ROOT,
};

/** `x.wat` becomes the bytes of the assembled module. */
const assemble = {
  name: "wat",
  setup(step) {
    step.onLoad({ filter: /\.wat$/ }, async ({ path: file }) => {
      const { parseWat } = await wabt();
      const module = parseWat(file, await readFile(file, "utf8"), FEATURES);
      module.validate(FEATURES);
      return { contents: module.toBinary({}).buffer, loader: "binary" };
    });
  },
};

/** `x.worker.mjs?text` becomes the text of that module, joined. */
const embed = {
  name: "worker",
  setup(step) {
    const namespace = "worker";
    step.onResolve({ filter: /\.worker\.mjs\?text$/ }, (asked) => ({
      path: path.resolve(asked.resolveDir, asked.path.replace("?text", "")),
      namespace,
    }));
    step.onLoad({ filter: /.*/, namespace }, async ({ path: file }) => ({
      contents: await joined(file, { format: "iife", plugins: [assemble] }),
      loader: "text",
    }));
  },
};

/** Return the text of one module with all that it imports. */
async function joined(file, options = {}) {
  const settings = { ...OPTIONS, minify: true, plugins: [assemble, embed], ...options };
  const result = await build({ ...settings, entryPoints: [file] });
  return result.outputFiles[0].text;
}

/** Return the names of the files to make: one for each lab, and the shim. */
async function outputs() {
  const names = await readdir(SOURCE);
  return names.filter((name) => name.endsWith(".mjs"));
}

async function join() {
  const names = await outputs();
  const texts = await Promise.all(names.map((name) => joined(path.join(SOURCE, name))));
  await mkdir(JOINED, { recursive: true });
  for (const name of await readdir(JOINED)) {
    if (!names.includes(name)) await rm(path.join(JOINED, name));
  }
  await Promise.all(names.map((name, i) => writeFile(path.join(JOINED, name), texts[i])));
}

async function check() {
  const [expected, there] = [await outputs(), await readdir(JOINED)];
  const stale = there.filter((name) => !expected.includes(name));
  for (const name of expected) {
    const text = await readFile(path.join(JOINED, name), "utf8").catch(() => "");
    if (text !== (await joined(path.join(SOURCE, name)))) stale.push(name);
  }
  if (stale.length > 0) {
    console.error(`stale, so type "make labs": ${stale.join(", ")}`);
    process.exitCode = 1;
  }
}

async function run(module) {
  const folder = await mkdtemp(path.join(tmpdir(), "labs-"));
  try {
    const file = path.join(folder, "joined.mjs");
    const options = { minify: false, platform: "node" };
    await writeFile(file, await joined(path.resolve(module), options));
    await import(pathToFileURL(file).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const COMMANDS = { join, check, run };
const [command, ...words] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, command ?? "")) {
  console.error("usage: node tools/labs.mjs join | check | run MODULE");
  process.exit(2);
}
await COMMANDS[command](...words);
