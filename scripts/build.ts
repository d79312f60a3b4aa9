// `npm run build`: compiles the sources to `dist` as they are published, and makes sure that what
// would be packed is whole, works, and is nothing more.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writePages } from "./pages.ts";

const ROOT = join(import.meta.dirname, "..");
const COMMAND_MS_MAX = 2 * 60_000;
const PACKED_BYTES_MAX = 900_000;
const ALLOWED =
  /^(?:dist\/.+\.(?:js|d\.ts)|dist\/web\/.+|docs\/(?:failures|faults)\.md|[A-Z]+(?:\.md)?|package\.json)$/;

interface Manifest {
  bin: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
}

function run(command: string, args: string[]): string {
  const shell = process.platform === "win32" && command === "npm";
  const options = { cwd: ROOT, encoding: "utf8", timeout: COMMAND_MS_MAX, shell } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (status === 0) return stdout;
  const output = [stdout, stderr, error?.message].filter(Boolean).join("\n").trim();
  console.error(`✖ ${[command, ...args].join(" ")}\n${output}`);
  process.exit(1);
}

function compile(): void {
  rmSync(join(ROOT, "dist"), { recursive: true, force: true });
  run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
}

/** Everything package.json promises: the command and each door, with its types. */
function findPromised({ bin, exports }: Manifest): string[] {
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? target : [target.types, target.default],
  );
  const paths = [...targets, ...Object.values(bin)].filter((path) => path !== undefined);
  return paths.map((path) => path.replace(/^\.\//, ""));
}

function* findProblems(manifest: Manifest, packed: { path: string }[]): Generator<string> {
  const paths = packed.map(({ path }) => path);
  for (const path of findPromised(manifest)) {
    if (!paths.includes(path)) yield `package.json promises ${path}, which is not packed`;
  }
  for (const path of ["LICENSE", "README.md"]) {
    if (!paths.includes(path)) yield `${path} is not packed`;
  }
  for (const path of paths) {
    if (!ALLOWED.test(path) || /\.test\./.test(path))
      yield `${path} does not belong in the package`;
    if (!path.endsWith(".js") || !existsSync(join(ROOT, path))) continue;
    const unbuilt = /\b(?:from|import)\s*\(?\s*"[^"]+\.ts"/.exec(
      readFileSync(join(ROOT, path), "utf8"),
    );
    if (unbuilt) yield `${path} still imports a source: ${unbuilt[0]}`;
  }
  for (const path of Object.values(manifest.bin)) {
    const isScript = readFileSync(join(ROOT, path), "utf8").startsWith("#!/usr/bin/env node\n");
    if (!isScript) yield `${path} does not begin with #!/usr/bin/env node`;
  }
}

compile();
await writePages(join(ROOT, "dist/web"));
const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
for (const path of Object.values(manifest.bin)) chmodSync(join(ROOT, path), 0o755);
const [packed] = JSON.parse(run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"]));
const problems = [...findProblems(manifest, packed.files)];
if (packed.size > PACKED_BYTES_MAX)
  problems.push(`${packed.size} bytes packed; the limit is ${PACKED_BYTES_MAX}`);
for (const problem of problems) console.error(`✖ ${problem}`);
if (problems.length > 0) process.exit(1);
const version = run(process.execPath, [Object.values(manifest.bin)[0] ?? "", "--version"]).trim();
const doors = Object.keys(manifest.exports).length - 1;
console.log(
  `dist is ready: ${doors} doors, ${packed.entryCount} files, ${packed.size} bytes packed`,
);
console.log(`the built command answers: ${version}`);
