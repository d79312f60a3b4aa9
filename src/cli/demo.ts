// What a first look shows where nobody can type: an answer that is cut in the middle, and mended.
import type { Io } from "./commands/command.ts";
import { readArgs } from "./input/args.ts";

const PROMPT = "Write a story about a brave knight in 70 words";
const FAULT = "cut after 5 chunks; ok";

export async function demo(io: Io): Promise<number> {
  const { ask } = await import("./commands/ask.ts");
  io.stderr.write(
    `The simulator answers "${PROMPT}" and cuts the connection in the middle (${FAULT}).\n`,
  );
  const parsed = readArgs(ask, [PROMPT, "--fault", FAULT, "--quiet"]);
  const stdin = Object.assign(Object.create(io.stdin) as NodeJS.ReadStream, { isTTY: true });
  const exit = await ask.run(parsed, { ...io, stdin });
  io.stderr.write(
    "The break was mended: the text above is whole. Run it in a terminal to chat, or: pollux ask --help\n",
  );
  return exit;
}
