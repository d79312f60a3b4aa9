// The pages' files: built beside the package, or, in a checkout, built when their sources changed.
import { existsSync, readFileSync, statSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Asset } from "../../gateway/index.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=UTF-8",
  ".js": "text/javascript; charset=UTF-8",
  ".css": "text/css; charset=UTF-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".woff2": "font/woff2",
};
const PAGES: Readonly<Record<string, string>> = {
  "/": "index.html",
  "/ops": "ops.html",
  "/doctor": "doctor.html",
};

/** Where the built pages are; undefined if there are none. */
export async function pagesFolder(): Promise<string | undefined> {
  const built = fileURLToPath(new URL("../../web", import.meta.url));
  if (existsSync(join(built, "index.html"))) return built;
  const script = join(ROOT, "scripts/pages.ts");
  if (!existsSync(script)) return undefined;
  const { buildPages } = (await import(script)) as { buildPages(parent: string): Promise<string> };
  return buildPages(join(ROOT, ".pollux/web"));
}

export function assetsIn(folder: string): (path: string) => Asset | undefined {
  const known = new Map<string, Asset>();
  return (path) => {
    const found = known.get(path) ?? load(folder, PAGES[path] ?? path.slice(1));
    // Only what is there: anybody may ask for any number of paths.
    if (found) known.set(path, found);
    return found;
  };
}

function load(folder: string, name: string): Asset | undefined {
  const file = join(folder, normalize(`/${name}`));
  if (!file.startsWith(folder) || !statSync(file, { throwIfNoEntry: false })?.isFile())
    return undefined;
  const read = (path: string) =>
    existsSync(path) ? new Uint8Array(readFileSync(path)) : undefined;
  return {
    body: read(file) as Uint8Array,
    type: TYPES[extname(file)] ?? "application/octet-stream",
    hashed: /[-.][0-9A-Za-z_]{8,}\.\w+$/.test(name),
    gzip: read(`${file}.gz`),
    brotli: read(`${file}.br`),
  };
}
