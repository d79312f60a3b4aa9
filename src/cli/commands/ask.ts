// One question, one answer. stdout carries the answer and nothing else.
import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { redact } from "../../core/failures.ts";
import type { Answer, Pace, StreamRequest } from "../../core/index.ts";
import { EXIT_HELP, exitOf, UsageError } from "../exit.ts";
import { number, oneOf } from "../input/args.ts";
import { stdinText } from "../input/stdin.ts";
import { placeOf, UPSTREAM_OPTIONS } from "../input/upstream.ts";
import { type Paint, paintOf, wantsColor } from "../output/paint.ts";
import { Status } from "../output/status.ts";
import { summary, trouble } from "../output/tell.ts";
import { linesPrinter, type Printer, paintedPrinter, SILENT, textPrinter } from "./ask-printer.ts";
import type { Command, Io, Parsed } from "./command.ts";

export const ask: Command = {
  name: "ask",
  summary: "Ask one question and print the answer.",
  usage: 'pollux ask "PROMPT" [options]      echo TEXT | pollux ask "PROMPT"',
  options: {
    ...UPSTREAM_OPTIONS,
    system: { type: "string", value: "TEXT", help: "system instruction" },
    temperature: { type: "string", value: "N", help: "0 to 2" },
    "max-output-tokens": { type: "string", value: "N", help: "longest answer" },
    "json-schema": { type: "string", value: "FILE", help: "answer as JSON that fits this schema" },
    image: { type: "string", value: "FILE", help: "send an image with the prompt" },
    pace: { type: "string", value: "HOW", help: "token, word, sentence, line, or milliseconds" },
    json: { type: "boolean", help: "print one JSON object with text, outcome, attempts, splices" },
    jsonl: { type: "boolean", help: "print every event of the stream, one JSON object a line" },
    strict: { type: "boolean", help: "exit 7 also when the answer hit its own output limit" },
    quiet: { type: "boolean", short: "q", help: "no status on stderr" },
    color: { type: "string", value: "WHEN", help: "auto, always or never" },
    "no-color": { type: "boolean", help: "the same as --color=never" },
    plain: { type: "boolean", help: "no moving status line" },
    raw: { type: "boolean", help: "on a terminal: markdown as it is" },
  },
  more: `Examples
  pollux ask "Why is the sky blue?"
  git diff | pollux ask "Write a commit message"
  pollux ask "Tell a story" --fault "cut after 5 chunks; ok"     see a break being mended
  pollux ask "List three rivers" --json | jq .text

${EXIT_HELP}`,
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const { values } = parsed;
  if (values.json && values.jsonl) throw new UsageError("--json and --jsonl: give one of them");
  const request = await requestOf(parsed, io);
  const human = !values.json && !values.jsonl;
  const place = await placeOf(
    parsed,
    io,
    io.stdout.isTTY && human ? { ttftMs: 350, chunkDelayMs: 30 } : { ttftMs: 0, chunkDelayMs: 0 },
  );
  const color = values["no-color"] ? "never" : oneOf(parsed, "color", ["auto", "always", "never"]);
  const paint = paintOf(wantsColor(color, io.stderr, io.env));
  const quiet = values.quiet === true;
  if (place.simulated && !quiet) io.stderr.write(`${paint.dim(place.why)}\n`);
  const printer = printerOf(parsed, io, paint);
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once("SIGINT", stop);
  const stream = place.pollux.stream({ ...request, model: place.model, signal: controller.signal });
  for await (const event of stream) printer.event(event);
  printer.end();
  process.off("SIGINT", stop);
  const answer = await stream.answer();
  if (values.json) io.stdout.write(`${redact(JSON.stringify(jsonOf(answer)))}\n`);
  return finish(answer, io, { quiet, strict: values.strict === true, human, paint });
}

function printerOf(parsed: Parsed, io: Io, paint: Paint): Printer {
  const { values } = parsed;
  if (values.jsonl) return linesPrinter(io.stdout);
  if (values.json) return SILENT;
  const moving = !values.plain && !io.env.CI && io.env.TERM !== "dumb";
  const pace = paceOf(parsed);
  if (io.stdout.isTTY && moving && !values.raw && pace === "token") {
    const color = values["no-color"] ? "never" : (values.color as "always" | undefined);
    return paintedPrinter(io.stdout, paintOf(wantsColor(color, io.stdout, io.env)));
  }
  const on = values.quiet !== true && io.stderr.isTTY === true;
  return textPrinter(io.stdout, pace, new Status(io.stderr, paint, { on, moving }), paint);
}

function finish(
  answer: Answer,
  io: Io,
  how: { quiet: boolean; strict: boolean; human: boolean; paint: ReturnType<typeof paintOf> },
): number {
  const { outcome, failure } = answer;
  if (failure && !(failure.code === "max_tokens" && how.quiet)) {
    io.stderr.write(trouble(failure, answer.text.length, answer.notResumed, how.paint));
  } else if (!how.quiet && how.human && io.stderr.isTTY) {
    io.stderr.write(
      `${how.paint.dim(outcome === "stopped" ? `stopped · ${answer.text.length} characters kept` : summary(answer))}\n`,
    );
  }
  return exitOf(outcome, failure, how.strict);
}

function jsonOf(answer: Answer) {
  const { text, outcome, finishReason, usage, timing, attempts, splices, failure } = answer;
  return {
    text,
    outcome,
    finishReason,
    usage,
    timing,
    attempts,
    splices,
    ...(failure && { failure }),
  };
}

async function requestOf(
  parsed: Parsed,
  io: Io,
): Promise<Pick<StreamRequest, "contents"> & Partial<StreamRequest>> {
  const { values, words } = parsed;
  const piped = io.stdin.isTTY ? "" : await stdinText(io.stdin);
  const asked = words.join(" ").trim();
  const prompt = [
    piped.trim() && (asked ? `\`\`\`\n${piped.trimEnd()}\n\`\`\`` : piped.trim()),
    asked,
  ]
    .filter(Boolean)
    .join("\n\n");
  if (prompt === "")
    throw new UsageError(
      'pollux ask: the prompt is empty; write it in quotes: pollux ask "Why is the sky blue?"',
    );
  const config: Record<string, unknown> = {};
  const temperature = number(parsed, "temperature", { min: 0, max: 2, whole: false });
  const limit = number(parsed, "max-output-tokens", { min: 1, max: 1_048_576 });
  if (temperature !== undefined) config.temperature = temperature;
  if (limit !== undefined) config.maxOutputTokens = limit;
  if (values["json-schema"] !== undefined) {
    config.responseMimeType = "application/json";
    config.responseJsonSchema = schemaOf(values["json-schema"] as string, io);
  }
  const parts = [{ text: prompt }, ...(values.image ? [imageOf(values.image as string, io)] : [])];
  return {
    contents: [{ role: "user", parts }],
    ...(values.system !== undefined && {
      systemInstruction: { parts: [{ text: values.system as string }] },
    }),
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
  };
}

function readOrRefuse(option: string, file: string, io: Io): Buffer {
  try {
    return readFileSync(resolve(io.cwd, file));
  } catch (error) {
    throw new UsageError(
      `--${option}: cannot read ${file}: ${(error as NodeJS.ErrnoException).code}; check the path`,
    );
  }
}

function schemaOf(file: string, io: Io): unknown {
  let schema: unknown;
  try {
    schema = JSON.parse(readOrRefuse("json-schema", file, io).toString("utf8"));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--json-schema: ${file} is not JSON: ${(error as Error).message}`);
  }
  const type = (schema as { type?: unknown } | null)?.type;
  if (
    typeof schema !== "object" ||
    schema === null ||
    Array.isArray(schema) ||
    (type !== undefined && typeof type !== "string" && !Array.isArray(type))
  ) {
    throw new UsageError(
      `--json-schema: ${file}: expected a JSON Schema object such as {"type":"object","properties":{…}}`,
    );
  }
  return schema;
}

const IMAGE_TYPES: Record<string, string> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".webp": "image/webp",
  ".gif": "image/gif",
  ".heic": "image/heic",
};

function imageOf(file: string, io: Io) {
  const mimeType = IMAGE_TYPES[extname(file).toLowerCase()];
  if (!mimeType)
    throw new UsageError(
      `--image: ${file}: expected one of ${Object.keys(IMAGE_TYPES).join(", ")}`,
    );
  return { inlineData: { mimeType, data: readOrRefuse("image", file, io).toString("base64") } };
}

function paceOf(parsed: Parsed): Pace {
  const pace = parsed.values.pace as string | undefined;
  if (pace === undefined) return "token";
  if (["token", "word", "sentence", "line"].includes(pace)) return pace as Pace;
  const ms = number(parsed, "pace", { min: 1, max: 60_000 });
  return { everyMs: ms as number };
}
