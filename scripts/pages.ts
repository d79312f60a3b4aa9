// Bundles the pages: hashed names, compressed beside the plain files, and an HTML file for each. A
// checkout builds them when their sources changed; the package carries them.
import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { PAGES } from "../src/web/index.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WEB = join(ROOT, "src/web");
const HTML: Readonly<Record<string, string>> = {
  chat: "index.html",
  ops: "ops.html",
  doctor: "doctor.html",
};

/** Into a folder named by what the pages are made of; the folder's path. Whole, or not there. */
export async function buildPages(parent: string): Promise<string> {
  const folder = join(parent, stampOf());
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  await writePages(draft);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Somebody else was faster.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

export async function writePages(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "assets"), { recursive: true });
  for (const page of PAGES) {
    const html = readFileSync(join(WEB, page, "index.html"), "utf8");
    const js = await bundle(join(WEB, page, "main.ts"), folder);
    const css = await bundle(join(WEB, page, `${page}.css`), folder);
    put(folder, HTML[page] as string, html.replace("{{js}}", js).replace("{{css}}", css));
  }
  put(folder, "favicon.svg", readFileSync(join(WEB, "chat/favicon.svg"), "utf8"));
}

/** Entry → the path of its one output. Parts that load later keep their own names. */
async function bundle(entry: string, folder: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    splitting: entry.endsWith(".ts"),
    format: "esm",
    minify: true,
    write: false,
    outdir: join(folder, "assets"),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    conditions: ["pollux-source"],
    target: "es2023",
    legalComments: "none",
  });
  for (const file of outputFiles) put(folder, join("assets", nameOf(file.path)), file.text);
  const stem = nameOf(entry).replace(/\.\w+$/, "");
  const first = outputFiles.find(({ path }) => nameOf(path).startsWith(`${stem}-`));
  return `/assets/${nameOf(first?.path ?? "")}`;
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) as string;
}

function put(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  writeFileSync(path, text);
  writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
  writeFileSync(`${path}.br`, brotliCompressSync(text));
}

/** Names, sizes and times of everything that may end up in a page. */
function stampOf(): string {
  const hash = createHash("sha256");
  for (const path of globSync("src/{web,core,wire}/**/*.*", { cwd: ROOT }).sort()) {
    const { size, mtimeMs } = statSync(join(ROOT, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  await writePages(process.argv[2] ?? join(ROOT, "dist/web"));
