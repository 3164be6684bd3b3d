/** Print a test's lab as one module without an import: `node tests/javascript/join.mjs MODULE`. */
import { build } from "esbuild";

const { outputFiles } = await build({
  entryPoints: [process.argv[2]],
  bundle: true,
  format: "esm",
  target: "es2022",
  write: false,
});
process.stdout.write(outputFiles[0].text);
