// Paste any error, learn its cause and the next move.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { explain as explainText } from "../../doctor/index.ts";
import { EXIT, UsageError } from "../exit.ts";
import { stdinText } from "../input/stdin.ts";
import { harmless, paintOf, wantsColor } from "../output/paint.ts";
import { seconds } from "../output/tell.ts";
import type { Command, Io, Parsed } from "./command.ts";

export const explain: Command = {
  name: "explain",
  summary: "Name the cause of a pasted error, say whether waiting helps, and the next move.",
  usage: "pollux explain [TEXT | FILE | -]      some-command 2>&1 | pollux explain",
  options: {
    json: {
      type: "boolean",
      help: "print {code, cause, transient, retryAfterMs?, nextMove, docs}",
    },
    "no-color": { type: "boolean", help: "no colour" },
  },
  more: `It reads JSON, HTML, stack traces of Python and Node, gRPC and curl output.

Examples
  pollux explain "429 RESOURCE_EXHAUSTED"
  pollux explain error.log
  curl -s https://… 2>&1 | pollux explain --json

Exit 0 when the cause is known, 1 when it is not, 2 for a wrong call.`,
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const text = await textOf(parsed, io);
  if (text.trim() === "")
    throw new UsageError(
      "pollux explain: nothing to explain; paste the error as an argument, or pipe it in",
    );
  const seen = explainText(text);
  const exit = seen.code === "unknown" ? EXIT.internal : EXIT.ok;
  const { code, cause, transient, retryAfterMs, nextMove, docs } = seen;
  if (parsed.values.json) {
    io.stdout.write(
      `${JSON.stringify({ code, cause, transient, ...(retryAfterMs !== undefined && { retryAfterMs }), nextMove, docs })}\n`,
    );
    return exit;
  }
  const paint = paintOf(
    wantsColor(parsed.values["no-color"] ? "never" : "auto", io.stdout, io.env),
  );
  const wait = retryAfterMs === undefined ? "" : ` after ${seconds(retryAfterMs)}`;
  const helps = transient ? paint.green(`may help${wait}`) : paint.red("will not help");
  const sure = { certain: "", likely: "", guess: paint.dim(" (a guess)") }[seen.confidence];
  io.stdout.write(
    `${paint.bold(seen.meaning)}${sure}  ${paint.dim(code === cause ? code : `${code} (${cause})`)}\n`,
  );
  io.stdout.write(
    `  Trying again  ${helps}\n  Next move     ${nextMove}\n  More          ${docs}\n`,
  );
  if (seen.evidence[0])
    io.stdout.write(paint.dim(`  Seen          ${harmless(seen.evidence[0]).slice(0, 140)}\n`));
  return exit;
}

async function textOf(parsed: Parsed, io: Io): Promise<string> {
  const asked = parsed.words.join(" ");
  if (asked === "-" || asked === "") return io.stdin.isTTY ? "" : stdinText(io.stdin);
  const file = resolve(io.cwd, asked);
  if (asked.length < 260 && !asked.includes("\n") && existsSync(file)) {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      throw new UsageError(
        `pollux explain: cannot read ${asked}: ${(error as NodeJS.ErrnoException).code}`,
      );
    }
  }
  if (/^[\w./\\~-]+\.(log|txt|json|html?|out|err)$/i.test(asked)) {
    throw new UsageError(`cannot read ${asked}: there is no such file; check the path`);
  }
  return asked;
}
