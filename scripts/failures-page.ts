// Writes docs/failures.md from the table and from what is told here of each cause, so that the page
// cannot say anything else than the code does.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAILURES, type FailureKind, type FailureRow } from "../src/core/failures.ts";
import { SIGNS } from "./failure-signs.ts";

const file = join(import.meta.dirname, "../docs/failures.md");

const KINDS: Record<FailureKind, string> = {
  key: "Keys and permissions",
  quota: "Quotas",
  request: "Requests that are not accepted",
  blocked: "Blocked by policy",
  limit: "Limits of the answer",
  upstream: "Google's side, and the boxes in front of it",
  network: "The network",
  stream: "Streams",
  client: "Your own side",
  gateway: "The gateway",
  config: "Configuration",
  unknown: "Anything else",
};

const INTRO = `# Failures

Every way a stream can end badly, by the code that Pollux gives it. The code is in the terminal event
(\`failure.code\`), in \`StreamError.code\`, in logs and in the output of \`pollux explain\`.

**Transient** says whether the same request may work later: only these are tried again by
themselves. **Resumable** says whether an answer that broke so in the middle may be continued from the
text already delivered. **Status** is the HTTP status under which a gateway passes the failure on.

An error from somewhere else — a log, a stack trace, another client — can be looked up with
\`pollux explain\`.
`;

function entry(row: Readonly<FailureRow>): string {
  const tries = row.tries ? `, at most ${row.tries} attempts` : "";
  const facts = [
    `Transient: ${row.transient ? "yes" : "no"}${tries}`,
    `Resumable: ${row.resumable ? "yes" : "no"}`,
    `Status: ${row.status}`,
    ...(row.cause === row.code ? [] : [`Cause: \`${row.cause}\``]),
  ];
  const sign = SIGNS[row.code];
  return `### ${row.code}\n\n${row.meaning}\n\n${facts.join(" · ")}\n\n${sign ? `Seen as: ${sign}\n\n` : ""}Next: ${row.next}\n`;
}

function page(): string {
  const kinds = Object.entries(KINDS).map(([kind, title]) => {
    const rows = Object.values(FAILURES).filter((row) => row.kind === kind);
    return `## ${title}\n\n${rows.map(entry).join("\n")}`;
  });
  return `${INTRO}\n${kinds.join("\n")}`;
}

if (process.argv.includes("--write")) writeFileSync(file, page());
else if (process.argv[1]?.endsWith("failures-page.ts") && readFileSync(file, "utf8") !== page()) {
  console.error(
    "docs/failures.md is not what the table says.\n  run: node scripts/run.mjs scripts/failures-page.ts --write",
  );
  process.exitCode = 1;
}
