// The live chat: a line to write in, an answer that streams above it, and every way to stop, mend,
// go on and look back.

import { EXIT_HELP, UsageError } from "../exit.ts";
import { UPSTREAM_OPTIONS } from "../input/upstream.ts";
import type { Command, Io, Parsed } from "./command.ts";

export const chat: Command = {
  name: "chat",
  summary: "Talk with a model in the terminal.",
  usage: "pollux chat [options]",
  options: {
    ...UPSTREAM_OPTIONS,
    system: { type: "string", value: "TEXT", help: "system instruction" },
    session: { type: "string", value: "NAME", help: "open or begin the conversation of this name" },
    continue: { type: "boolean", short: "c", help: "open the newest conversation" },
    plain: { type: "boolean", help: "no moving parts: for screen readers and simple terminals" },
    raw: { type: "boolean", help: "show markdown as it is" },
    "no-color": { type: "boolean", help: "no colour" },
  },
  more: `Inside: /help lists the commands. Ctrl-C stops the answer and keeps it, Ctrl-D leaves.

Examples
  pollux chat
  pollux chat --system "Answer in French" --session homework
  pollux chat --fault "flaky 0.5 cut after 6 chunks"      watch breaks being mended

${EXIT_HELP}`,
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  if (parsed.words.length > 0) {
    throw new UsageError('pollux chat: it takes no words; ask one question with: pollux ask "…"');
  }
  if (!io.stdin.isTTY || !io.stdout.isTTY) {
    throw new UsageError('pollux chat: it needs a terminal; in pipes use: pollux ask "…"');
  }
  const { Chat } = await import("../chat/loop.ts");
  const made = await Chat.open(parsed, io);
  return made.run();
}
