// Writes docs/config.md and docs/pollux.schema.json from the table of settings, so that the pages, the
// schema and the code cannot differ. Without `--write` it only compares.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { configSchema, SETTINGS, type Setting } from "../src/gateway/index.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const HEAD = `# Settings of the gateway

\`pollux serve\` takes its settings from flags, then from the environment, then from
\`pollux.config.json\` or \`.jsonc\` in the working folder (or \`--config FILE\`), then from what stands here.
\`pollux serve --print-config\` shows the ones in force, where each comes from, and no secret. Every mistake
is told at once, with its place and the fix. For editors: [pollux.schema.json](pollux.schema.json).

\`\`\`jsonc
{
  "$schema": "./docs/pollux.schema.json",
  "listen": { "port": 9000 },
  "store": { "kind": "redis", "redisUrl": "redis://cache:6379" },
  "limits": { "requestsPerMinute": 120 }, // of each client
}
\`\`\`

Keys are never written into the file: \`GEMINI_API_KEY\` or \`GOOGLE_API_KEY\` is the usual one;
\`upstream.keyEnvs\` names variables for a pool, \`upstream.keyFile\` a file with one key a line.
\`.env\` in the working folder is read, and the environment goes before it.
`;

function defaultOf(setting: Setting): string {
  if (setting.type === "list") return "none";
  if (setting.type === "number") return setting.default.toLocaleString("en").replaceAll(",", " ");
  return setting.default === "" ? "empty" : String(setting.default);
}

function pageText(): string {
  const groups = Map.groupBy(SETTINGS, ({ path }) => path.split(".")[0] as string);
  let text = HEAD;
  for (const [group, settings] of groups) {
    text += `\n## ${group}\n\n| setting | default | what it is | flag | variable |\n|---|---|---|---|---|\n`;
    for (const one of settings) {
      const choices = one.type === "string" && one.choices ? ` (${one.choices.join(", ")})` : "";
      const flag = one.flag ? `\`--${one.flag}\`` : "";
      const env = one.env ? `\`${one.env}\`` : "";
      text += `| \`${one.path}\` | ${defaultOf(one)} | ${one.help}${choices} | ${flag} | ${env} |\n`;
    }
  }
  return `${text}\nTimes are milliseconds, sizes bytes.\n`;
}

const FILES = {
  "docs/config.md": pageText,
  "docs/pollux.schema.json": () => `${JSON.stringify(configSchema(), null, 2)}\n`,
};

let wrong = 0;
for (const [name, make] of Object.entries(FILES)) {
  const path = join(ROOT, name);
  const text = make();
  if (process.argv.includes("--write")) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
    wrong += 1;
    console.log(
      `${name} is not what the settings say; write it anew: node scripts/run.mjs scripts/config-page.ts --write`,
    );
  }
}
process.exitCode = wrong > 0 ? 1 : 0;
