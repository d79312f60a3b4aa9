// Weighs the root door as a browser would load it, and fails when it is over its budget.
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const BUDGET_BYTES = 12 * 1024;

const result = await build({
  entryPoints: [join(root, "src/core/index.ts")],
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  platform: "browser",
  target: "es2024",
  outdir: join(root, "dist/size"),
  write: false,
  metafile: true,
});

const outputs = Object.entries(result.metafile.outputs);
const entry = outputs.find(([, output]) => output.entryPoint?.endsWith("core/index.ts"))?.[0] ?? "";
const atOnce = new Set<string>();
const visit = (file: string) => {
  if (atOnce.has(file)) return;
  atOnce.add(file);
  for (const { path, kind } of result.metafile.outputs[file]?.imports ?? []) {
    if (kind === "import-statement") visit(path);
  }
};
visit(entry);

let atOnceBytes = 0;
for (const [file] of outputs) {
  const text = result.outputFiles.find(({ path }) => path.endsWith(file.replace(dirname(file), "")))?.contents;
  const bytes = gzipSync(text ?? new Uint8Array(), { level: 9 }).length;
  if (atOnce.has(file)) atOnceBytes += bytes;
  console.log(`${atOnce.has(file) ? "at once" : "when used"}  ${bytes} B gzip  ${file.split("/").at(-1)}`);
}
console.log(`root door: ${atOnceBytes} of ${BUDGET_BYTES} bytes, gzip`);
if (result.outputFiles.some(({ text }) => /["']node:/.test(text))) {
  console.error("The root door imports a module of Node; browsers have none.");
  process.exitCode = 1;
}
if (atOnceBytes > BUDGET_BYTES) {
  console.error(`The root door is ${atOnceBytes - BUDGET_BYTES} bytes over its budget.`);
  process.exitCode = 1;
}
