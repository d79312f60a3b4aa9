// `npm run size`: weighs the root door as a browser would load it, and fails when what is loaded at
// once is over its budget, or when it needs anything a browser lacks.
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
const ENTRY = "src/core/index.ts";
const BUDGET_BYTES = 12 * 1024;
const HEAVIEST_SHOWN = 8;

const { metafile, outputFiles } = await build({
  absWorkingDir: ROOT,
  entryPoints: [ENTRY],
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  platform: "browser",
  target: "es2024",
  conditions: ["pollux-source"],
  external: ["node:*"],
  outdir: "dist/size",
  write: false,
  metafile: true,
  logLevel: "error",
});

const gzipBytes = new Map(
  outputFiles.map(({ path, contents }) => [
    relative(ROOT, path).replaceAll("\\", "/"),
    gzipSync(contents, { level: 9 }).length,
  ]),
);

/** The entry and every file it imports statically: what is loaded before anything runs. */
function findAtOnce({ outputs }: Metafile): Set<string> {
  const isEntry = ([, output]: [string, { entryPoint?: string }]) => output.entryPoint === ENTRY;
  const entry = Object.entries(outputs).find(isEntry)?.[0];
  if (!entry) throw new Error(`esbuild made no file for ${ENTRY}`);
  const found = new Set([entry]);
  for (const file of found) {
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === "import-statement" && path in outputs) found.add(path);
    }
  }
  return found;
}

function weigh(files: Iterable<string>): number {
  let bytes = 0;
  for (const file of files) bytes += gzipBytes.get(file) ?? 0;
  return bytes;
}

/** Where to look when the door has grown: sources by their minified share. */
function heaviest({ outputs }: Metafile, files: Set<string>): string[] {
  const shares = [...files].flatMap((file) => Object.entries(outputs[file]?.inputs ?? {}));
  return shares
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, HEAVIEST_SHOWN)
    .map(([path, { bytesInOutput }]) => `  ${bytesInOutput} B minified  ${path}`);
}

const atOnce = findAtOnce(metafile);
const later = [...gzipBytes.keys()].filter((file) => !atOnce.has(file));
const bytes = weigh(atOnce);
console.log(`root door, loaded at once: ${bytes} of ${BUDGET_BYTES} bytes gzip`);
for (const file of later) {
  const sources = Object.entries(metafile.outputs[file]?.inputs ?? {});
  const [main] = sources.sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
  const others = sources.length > 1 ? ` and ${sources.length - 1} more` : "";
  console.log(
    `  loaded when used: ${gzipBytes.get(file)} bytes gzip  ${main?.[0] ?? file}${others}`,
  );
}
if (later.length > 0) console.log(`  all together: ${weigh(gzipBytes.keys())} bytes gzip`);

const foreign = Object.entries(metafile.inputs).flatMap(([path, { imports }]) =>
  imports.filter(({ external }) => external).map((found) => `${path} imports ${found.path}`),
);
for (const what of foreign) console.log(`a browser has none of this: ${what}`);
if (bytes > BUDGET_BYTES) {
  console.log(`${bytes - BUDGET_BYTES} bytes over the budget; the heaviest sources:`);
  for (const line of heaviest(metafile, atOnce)) console.log(line);
}
process.exitCode = foreign.length > 0 || bytes > BUDGET_BYTES ? 1 : 0;
