// The same prompt unary and streamed, side by side on one time line.

import { redact } from "../../core/failures.ts";
import type { Answer } from "../../core/index.ts";
import { EXIT, EXIT_HELP, exitOf, UsageError } from "../exit.ts";
import { number } from "../input/args.ts";
import { placeOf, UPSTREAM_OPTIONS } from "../input/upstream.ts";
import { paintOf, wantsColor } from "../output/paint.ts";
import { count, seconds, trouble } from "../output/tell.ts";
import type { Command, Io, Parsed } from "./command.ts";

const BAR_CELLS = 48;

interface Way {
  way: "unary" | "streamed";
  outcome: string;
  ttftMs: number | undefined;
  totalMs: number;
  outputTokens: number | undefined;
  chars: number;
  /** When each chunk came. */
  chunksMs: number[];
}

export const compare: Command = {
  name: "compare",
  summary: "Ask the same question unary and streamed, and compare what the reader waits for.",
  usage: 'pollux compare "PROMPT" [options]',
  options: {
    ...UPSTREAM_OPTIONS,
    runs: { type: "string", value: "N", help: "ask each way so many times (default 1)" },
    json: { type: "boolean", help: "print the figures as JSON" },
    "no-color": { type: "boolean", help: "no colour" },
  },
  more: `Examples
  pollux compare "Explain backpressure"
  pollux compare "Explain backpressure" --runs 5 --json

Each run asks twice, and both answers are paid for.

${EXIT_HELP}`,
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const prompt = parsed.words.join(" ").trim();
  if (prompt === "")
    throw new UsageError(
      'pollux compare: the prompt is empty; write it in quotes: pollux compare "Explain backpressure"',
    );
  const runs = number(parsed, "runs", { min: 1, max: 100 }) ?? 1;
  const place = await placeOf(parsed, io, { ttftMs: 300, chunkDelayMs: 25 });
  const paint = paintOf(
    wantsColor(parsed.values["no-color"] ? "never" : "auto", io.stdout, io.env),
  );
  if (place.simulated) io.stderr.write(`${paint.dim(place.why)}\n`);
  const ways: Way[] = [];
  for (let i = 0; i < runs; i += 1) {
    const told = (way: string) => {
      if (io.stderr.isTTY)
        io.stderr.write(`\r\x1b[K${way && paint.dim(`run ${i + 1} of ${runs}: ${way}…`)}`);
    };
    told("unary");
    ways.push(await askUnary(place, prompt));
    told("streamed");
    const { way, answer } = await askStreamed(place, prompt);
    told("");
    ways.push(way);
    if (answer.failure && answer.outcome !== "incomplete") {
      io.stderr.write(trouble(answer.failure, answer.text.length, answer.notResumed, paint));
      return exitOf(answer.outcome, answer.failure, false);
    }
  }
  if (parsed.values.json)
    io.stdout.write(`${redact(JSON.stringify({ model: place.model, prompt, runs, ways }))}\n`);
  else io.stdout.write(picture(ways, paint));
  return EXIT.ok;
}

type Place = Awaited<ReturnType<typeof placeOf>>;

/** A unary reader sees nothing before the end. */
async function askUnary(place: Place, prompt: string): Promise<Way> {
  const startedAt = performance.now();
  const chunk = await place.pollux.unary({ model: place.model, contents: prompt });
  const totalMs = Math.round(performance.now() - startedAt);
  const [candidate] = chunk.candidates ?? [];
  const parts = (candidate?.content?.parts ?? []).filter((part) => !part.thought);
  const chars = parts.reduce((sum, part) => sum + (part.text?.length ?? 0), 0);
  const outputTokens = chunk.usageMetadata?.candidatesTokenCount;
  const outcome = String(candidate?.finishReason ?? "no finish reason");
  return {
    way: "unary",
    outcome,
    ttftMs: totalMs,
    totalMs,
    outputTokens,
    chars,
    chunksMs: [totalMs],
  };
}

async function askStreamed(place: Place, prompt: string): Promise<{ way: Way; answer: Answer }> {
  const stream = place.pollux.stream({ model: place.model, contents: prompt });
  const chunksMs: number[] = [];
  for await (const event of stream) if (event.type === "chunk") chunksMs.push(event.t);
  const answer = await stream.answer();
  const { outcome, timing, usage, text } = answer;
  const way: Way = {
    way: "streamed",
    outcome,
    ttftMs: timing.ttftMs,
    totalMs: timing.totalMs,
    outputTokens: usage?.output,
    chars: text.length,
    chunksMs,
  };
  return { way, answer };
}

function picture(ways: Way[], paint: ReturnType<typeof paintOf>): string {
  const median = (list: number[]) => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
  const longest = Math.max(...ways.map(({ totalMs }) => totalMs), 1);
  let out = "";
  for (const name of ["unary", "streamed"] as const) {
    const all = ways.filter(({ way }) => way === name);
    const one = all.at(-1) as Way;
    const cells = Array.from({ length: BAR_CELLS }, () => " ");
    const cellOf = (ms: number) => Math.min(BAR_CELLS - 1, Math.floor((ms / longest) * BAR_CELLS));
    for (let i = 0; i <= cellOf(one.totalMs); i += 1) cells[i] = "░";
    for (const ms of one.chunksMs) cells[cellOf(ms)] = "█";
    out += `${paint.bold(name.padEnd(9))} ${cells.join("")}\n`;
    out += paint.dim(
      `          first text ${seconds(median(all.map(({ ttftMs }) => ttftMs ?? 0)))} · total ${seconds(median(all.map(({ totalMs }) => totalMs)))} · ${count(one.outputTokens ?? 0)} tokens · ${count(one.chars)} characters\n`,
    );
  }
  return `${out}${paint.dim(`          ░ waiting  █ text${ways.length > 2 ? `  · medians of ${ways.length / 2} runs, picture of the last` : ""}`)}\n`;
}
