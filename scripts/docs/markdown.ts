// What the docs promise: links with their anchors, and code blocks that say they can be run.
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";

export interface CodeBlock {
  path: string;
  /** Of its first line of code. */
  line: number;
  /** What follows the opening fence: `ts run`. */
  info: string;
  code: string;
}

interface BrokenLink {
  path: string;
  line: number;
  target: string;
  why: string;
}

const FENCE = /^(\s*)(`{3,}|~{3,})(.*)$/;
const LINK =
  /!?\[(?:[^\]\\]|\\.)*\]\(\s*<?([^)\s>]+)>?[^)]*\)|<(?:a|img|source)\b[^>]*?(?:href|src|srcset)="([^"]+)"/g;
const REFERENCE = /^\s*\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/;

function findPages(root: string): string[] {
  const exclude = ["node_modules/**", "dist/**", ".pollux/**"];
  return globSync("**/*.md", { cwd: root, exclude })
    .map((path) => path.split(sep).join("/"))
    .sort();
}

/** Splits a page into code blocks and its other lines; those of code are empty there. */
function readPage(path: string, text: string): { blocks: CodeBlock[]; prose: string[] } {
  const blocks: CodeBlock[] = [];
  let open: { mark: string; block: CodeBlock; indent: number } | undefined;
  const prose = text.split("\n").map((line, index) => {
    const [, indent = "", mark = "", info = ""] = FENCE.exec(line) ?? [];
    if (open) {
      const ends = mark.startsWith(open.mark) && info.trim() === "";
      if (ends) open = undefined;
      else open.block.code += `${line.slice(open.indent)}\n`;
      return "";
    }
    if (!mark) return line;
    const block = { path, line: index + 2, info: info.trim(), code: "" };
    open = { mark, block, indent: indent.length };
    blocks.push(block);
    return "";
  });
  return { blocks, prose };
}

export function findCodeBlocks(root: string, paths = findPages(root)): CodeBlock[] {
  return paths.flatMap((path) => readPage(path, readFileSync(join(root, path), "utf8")).blocks);
}

/** Anchors as the forge makes them from headings, and those written as HTML. */
export function findAnchors(text: string): Set<string> {
  const anchors = new Set<string>();
  const seen = new Map<string, number>();
  for (const line of readPage("", text).prose) {
    for (const [, id = ""] of line.matchAll(/<[^>]+\b(?:id|name)="([^"]+)"/g)) anchors.add(id);
    const heading = /^#{1,6}\s+(.*?)\s*#*\s*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/<[^>]+>/g, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

export function findBrokenLinks(root: string): {
  broken: BrokenLink[];
  checked: number;
  files: number;
} {
  const pages = findPages(root);
  const known = new Map<string, Set<string>>();
  const anchorsOf = (path: string) => {
    const anchors = known.get(path) ?? findAnchors(readFileSync(join(root, path), "utf8"));
    known.set(path, anchors);
    return anchors;
  };
  const broken: BrokenLink[] = [];
  let checked = 0;
  for (const path of pages) {
    const { prose } = readPage(path, readFileSync(join(root, path), "utf8"));
    for (const [index, line] of prose.entries()) {
      for (const target of findTargets(line)) {
        checked += 1;
        const why = whyBroken(root, path, target, anchorsOf);
        if (why) broken.push({ path, line: index + 1, target, why });
      }
    }
  }
  return { broken, checked, files: pages.length };
}

/** Links of one line that lead into this checkout. */
function findTargets(line: string): string[] {
  const text = line.replace(/(`+)[^`].*?\1/g, "");
  const found = [...text.matchAll(LINK)].map(([, link, html]) => link ?? html ?? "");
  const reference = REFERENCE.exec(text)?.[1];
  if (reference) found.push(reference);
  return found.filter((target) => target !== "" && !/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target));
}

function whyBroken(
  root: string,
  page: string,
  target: string,
  anchorsOf: (path: string) => Set<string>,
): string | undefined {
  const [file = "", anchor] = target.split("#").map(decodeURIComponent);
  const path = file ? posix.join(posix.dirname(page), file) : page;
  if (path.startsWith("..")) return "it leads out of the checkout";
  if (!existsSync(join(root, path))) return `there is no ${path}`;
  if (!anchor || !path.endsWith(".md")) return undefined;
  return anchorsOf(path).has(anchor) ? undefined : `${path} has no heading #${anchor}`;
}
