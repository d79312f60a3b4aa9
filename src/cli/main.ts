#!/usr/bin/env node
// argv → command → exit code. Every error leaves as one line without secrets.
import { redact } from "../core/failures.ts";
import { isStreamError } from "../core/index.ts";
import type { Io } from "./commands/command.ts";
import { COMMANDS } from "./commands/list.ts";
import { EXIT, EXIT_HELP, UsageError } from "./exit.ts";
import { helpOf, nearest, readArgs } from "./input/args.ts";
import { versionOf } from "./version.ts";

const NODE_MIN = [22, 19];

async function main(io: Io): Promise<number> {
  const [name, ...args] = io.args;
  if (name === undefined) {
    const talks = io.stdin.isTTY && io.stdout.isTTY;
    const { demo } = await import("./demo.ts");
    return talks ? runCommand("chat", [], io) : demo(io);
  }
  if (name === "--version" || name === "-v" || name === "version") {
    io.stdout.write(`${versionOf()}\n`);
    return EXIT.ok;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    if (name === "help" && args[0]) return runCommand(args[0], ["--help"], io);
    io.stdout.write(help());
    return EXIT.ok;
  }
  return runCommand(name, args, io);
}

async function runCommand(name: string, args: readonly string[], io: Io): Promise<number> {
  const found = COMMANDS.find((one) => one.name === name);
  if (!found) {
    const near = nearest(
      name,
      COMMANDS.map((one) => one.name),
    );
    throw new UsageError(
      `pollux: unknown command "${name}"${near ? `; did you mean ${near}?` : ""} (see pollux --help)`,
    );
  }
  const command = await found.load();
  const parsed = readArgs(command, args);
  if (parsed.help) {
    io.stdout.write(helpOf(command));
    return EXIT.ok;
  }
  try {
    return await command.run(parsed, io);
  } catch (error) {
    if (error instanceof UsageError && !error.message.startsWith("pollux"))
      throw new UsageError(`pollux ${name}: ${error.message}`, error.exit);
    throw error;
  }
}

function help(): string {
  const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`);
  return `Pollux: Gemini streams that always end in a known way.

Usage
  pollux COMMAND [options]      pollux COMMAND --help

Commands
${rows.join("\n")}

Without GEMINI_API_KEY and --upstream the built-in simulator answers.

${EXIT_HELP}
`;
}

function tooOld(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const old =
    major < (NODE_MIN[0] as number) || (major === NODE_MIN[0] && minor < (NODE_MIN[1] as number));
  return old
    ? `pollux: needs Node ${NODE_MIN.join(".")} or newer; this is ${process.versions.node}`
    : undefined;
}

// A reader that went away, as in `| head`, is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    throw error;
  });
}

const { stdin, stdout, stderr, env } = process;
const io: Io = {
  args: process.argv.slice(2),
  stdin,
  stdout,
  stderr,
  env,
  cwd: env.INIT_CWD ?? process.cwd(),
};
try {
  const old = tooOld();
  if (old) throw new UsageError(old, EXIT.internal);
  process.exitCode = await main(io);
} catch (error) {
  const usage = error instanceof UsageError;
  const known = isStreamError(error)
    ? error.code === "key_missing"
      ? EXIT.config
      : EXIT.usage
    : EXIT.internal;
  const message = redact(error instanceof Error ? error.message : String(error));
  stderr.write(`${usage || isStreamError(error) ? message : `pollux: ${message}`}\n`);
  process.exitCode = usage ? error.exit : known;
}
