// The simulator on a socket, for any client.
import { listen } from "../../node/index.ts";
import { createSim, FAULTS, MODELS, ScenarioError } from "../../sim/index.ts";
import { EXIT, UsageError } from "../exit.ts";
import { number } from "../input/args.ts";
import { scenarioOf } from "../input/upstream.ts";
import { paintOf, wantsColor } from "../output/paint.ts";
import type { Command, Io, Parsed } from "./command.ts";

const PORT = 8787;

export const sim: Command = {
  name: "sim",
  summary: "Run a faithful Gemini that misbehaves on cue.",
  usage: "pollux sim [options]",
  options: {
    port: {
      type: "string",
      short: "p",
      value: "N",
      help: `port to listen on (default ${PORT}; 0 takes a free one)`,
    },
    host: { type: "string", value: "NAME", help: "address to listen on (default 127.0.0.1)" },
    fault: {
      type: "string",
      value: "TEXT",
      help: 'e.g. "attempt 1: cut after 12 chunks; attempt 2: 429 retry 1s; attempt 3: ok"',
    },
    scenario: { type: "string", value: "FILE", help: "faults from a JSON or YAML file" },
    seed: { type: "string", value: "N", help: "seed of its text (default 1)" },
    ttft: { type: "string", value: "MS", help: "time before the first chunk (default 300)" },
    "chunk-delay": { type: "string", value: "MS", help: "time between chunks (default 30)" },
    "list-faults": { type: "boolean", help: "list the faults and leave" },
    models: { type: "boolean", help: "list the models and leave" },
    json: { type: "boolean", help: "lists and the address as JSON" },
    quiet: { type: "boolean", short: "q", help: "no line a request" },
  },
  more: `Any key is accepted, except those that contain invalid, expired, leaked or unknown.
A request may bring its own faults in the header x-sim; scenarios can be set with
POST /sim/scenarios; GET /sim/requests is a journal of what arrived.

Examples
  pollux sim
  pollux sim --fault "cut after 3 chunks; ok"
  GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:${PORT} GEMINI_API_KEY=any your-app`,
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const { values } = parsed;
  if (parsed.words.length > 0)
    throw new UsageError(`pollux sim: it takes no words, got "${parsed.words[0]}" (see --help)`);
  if (values["list-faults"])
    return list(
      io,
      values.json === true,
      FAULTS.map(({ word, does, example }) => ({ word, does, example })),
    );
  if (values.models)
    return list(
      io,
      values.json === true,
      MODELS.map(({ name, displayName, prefill, tokens }) => ({
        word: name,
        does: displayName,
        example: [prefill && "prefill", tokens && "tokens"].filter(Boolean).join(", "),
      })),
    );
  const port = number(parsed, "port", { min: 0, max: 65_535 }) ?? PORT;
  const host = (values.host as string | undefined) ?? "127.0.0.1";
  const seed = number(parsed, "seed", { min: 0, max: 2 ** 32 - 1 });
  const ttftMs = number(parsed, "ttft", { min: 0, max: 600_000 }) ?? 300;
  const chunkDelayMs = number(parsed, "chunk-delay", { min: 0, max: 600_000 }) ?? 30;
  const scenario = await scenarioOf(parsed, io);
  const paint = paintOf(wantsColor(undefined, io.stderr, io.env));
  let made: ReturnType<typeof createSim>;
  try {
    made = createSim({
      ttftMs,
      chunkDelayMs,
      ...(seed !== undefined && { seed }),
      ...(scenario !== undefined && { scenario }),
    });
  } catch (error) {
    if (error instanceof ScenarioError)
      throw new UsageError(
        `--${values.scenario ? `scenario: ${values.scenario}` : "fault"}: ${error.message}`,
      );
    throw error;
  }
  let server: Awaited<ReturnType<typeof listen>>;
  try {
    server = await listen(
      async (request) => {
        const reply = await made.serve(request);
        const entry = made.journal.at(-1);
        if (!values.quiet && entry)
          io.stderr.write(
            paint.dim(
              `${entry.at.slice(11, 19)} ${entry.method} ${entry.path} ${entry.status ?? ""} ${entry.attempt ? `attempt ${entry.attempt} ` : ""}${entry.faults.join(" + ")}\n`,
            ),
          );
        return reply;
      },
      { port, host },
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fix =
      code === "EADDRINUSE"
        ? `port ${port} is taken; choose another with --port, or --port 0`
        : code === "EACCES"
          ? `port ${port} needs rights you do not have; choose one above 1023`
          : (error as Error).message;
    throw new UsageError(`pollux sim: cannot listen on ${host}: ${fix}`);
  }
  // Before the address is told: whoever reads it may end this at once.
  const told = toldToLeave();
  if (values.json) io.stdout.write(`${JSON.stringify({ url: server.url, port: server.port })}\n`);
  else {
    io.stdout.write(`Simulator on ${server.url}\n`);
    io.stdout.write(
      `  curl -N '${server.url}/v1beta/models/gemini-3.6-flash:streamGenerateContent?alt=sse' \\\n    -H 'x-goog-api-key: any' -H 'content-type: application/json' \\\n    -d '{"contents":[{"parts":[{"text":"Hello"}]}]}'\n`,
    );
  }
  await told;
  await server.close();
  return EXIT.ok;
}

function toldToLeave(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

function list(
  io: Io,
  json: boolean,
  rows: { word: string; does: string; example: string }[],
): number {
  if (json) io.stdout.write(`${JSON.stringify(rows)}\n`);
  else {
    const width = Math.max(...rows.map(({ word }) => word.length));
    for (const { word, does, example } of rows)
      io.stdout.write(
        `${word.padEnd(width)}  ${does}${example ? `\n${" ".repeat(width)}    ${example}` : ""}\n`,
      );
  }
  return EXIT.ok;
}
