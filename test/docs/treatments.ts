// What becomes of each code block of the docs. A block that nothing here knows fails a test, so that
// none is left out in silence.
import { ROOT } from "../../scripts/checks.ts";
import { type CodeBlock, findCodeBlocks } from "../../scripts/docs/markdown.ts";

/**
 * `run`: as a program, in run.test.ts. `shell`: command by command, in shell.test.ts. `protocol`: against
 * a gateway, in test/gateway/protocol.test.ts. `durable`: in test/durable/docs.test.ts. `generated`: `npm run check` compares it with the sources.
 * Any other word: read as that format, in formats.test.ts.
 */
type Treatment = "run" | "shell" | "protocol" | "durable" | "generated" | "told" | Format;
export type Format = "json" | "jsonc" | "yaml" | "ini" | "dockerfile" | "nginx" | "caddyfile";

const FORMATS: readonly string[] = [
  "json",
  "jsonc",
  "yaml",
  "ini",
  "dockerfile",
  "nginx",
  "caddyfile",
] satisfies Format[];

/** Blocks that are only told, by how they begin, with the reason. */
export const TOLD: readonly { path: string; begins: string; why: string }[] = [
  {
    path: "README.md",
    begins: "$ pollux doctor\n",
    why: "what a machine behind an inspecting proxy shows, shortened; test/worlds makes such machines",
  },
];

export const blocks: readonly CodeBlock[] = findCodeBlocks(ROOT);

export function treatmentOf({ path, info, code }: CodeBlock): Treatment | undefined {
  if (TOLD.some((one) => one.path === path && code.startsWith(one.begins))) return "told";
  if (info === "ts run") return "run";
  if (info === "ts gateway") return path === "docs/durable-streams.md" ? "durable" : "run";
  if (info === "ts signature" && path === "docs/api.md") return "generated";
  if (path === "PROTOCOL.md" && /^(?:sh|text)$/.test(info)) return "protocol";
  if (info === "sh") return "shell";
  return FORMATS.includes(info) ? (info as Format) : undefined;
}
