// A request body of one API as that of the other, with every field that could not come along.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ConvertError, type Lost, toGemini, toInteraction } from "../../wire/convert.ts";
import { camelRequest } from "../../wire/index.ts";
import type { InteractionRequest } from "../../wire/interactions.ts";
import { EXIT, UsageError } from "../exit.ts";
import { stdinText } from "../input/stdin.ts";
import { harmless, paintOf, wantsColor } from "../output/paint.ts";
import type { Command, Io, Parsed } from "./command.ts";

const DEFAULT_MODEL = "gemini-3.6-flash";

export const convert: Command = {
  name: "convert",
  summary: "Turn a generateContent request into an Interactions one, or back.",
  usage: "pollux convert [FILE | -]      cat request.json | pollux convert",
  options: {
    to: {
      type: "string",
      value: "API",
      help: "interactions or generate-content; default: the other one",
    },
    model: {
      type: "string",
      short: "m",
      value: "NAME",
      help: "the model, where the body has none",
    },
    json: { type: "boolean", help: "print {api, model, request, lost} on stdout" },
    strict: { type: "boolean", help: "exit 1 when something could not be carried over" },
    "no-color": { type: "boolean", help: "no colour" },
  },
  more: `The request goes to stdout; what could not be carried over goes to stderr, a line each.

Examples
  pollux convert request.json > interaction.json
  pollux convert --to generate-content interaction.json
  pollux convert --json --strict request.json

Exit 0 when converted, 1 with --strict when something was lost, 2 for a wrong call.`,
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const body = await bodyOf(parsed, io);
  const to = target(parsed.values.to, body);
  const given = parsed.values.model ?? body.model;
  const model = typeof given === "string" ? given : DEFAULT_MODEL;
  const made = to === "interactions" ? forward(model, body) : back(body);
  const { values } = parsed;
  const exit = values.strict && made.lost.length > 0 ? EXIT.internal : EXIT.ok;
  if (values.json) {
    io.stdout.write(`${JSON.stringify({ api: to, ...made })}\n`);
    return exit;
  }
  io.stdout.write(`${JSON.stringify(made.request, null, 2)}\n`);
  const paint = paintOf(wantsColor(values["no-color"] ? "never" : "auto", io.stderr, io.env));
  if (to === "generate-content" && made.model)
    io.stderr.write(paint.dim(`Model: ${harmless(made.model)}, which goes into the path.\n`));
  for (const { path, why } of made.lost)
    io.stderr.write(`${paint.yellow("not carried over")}  ${harmless(path)}: ${why}\n`);
  return exit;
}

interface Made {
  model: string;
  request: unknown;
  lost: Lost[];
}

function forward(model: string, body: Record<string, unknown>): Made {
  return converted(() => ({ model, ...toInteraction(model, camelRequest(body)) }));
}

function back(body: Record<string, unknown>): Made {
  return converted(() => toGemini(body as InteractionRequest));
}

function converted(convert: () => Made): Made {
  try {
    return convert();
  } catch (error) {
    if (error instanceof ConvertError) throw new UsageError(`pollux convert: ${error.message}`);
    throw error;
  }
}

function target(
  asked: unknown,
  body: Record<string, unknown>,
): "interactions" | "generate-content" {
  if (asked === "interactions" || asked === "generate-content") return asked;
  if (asked !== undefined)
    throw new UsageError("--to: expected interactions or generate-content (see --help)");
  if (body.contents !== undefined) return "interactions";
  if (body.input !== undefined) return "generate-content";
  throw new UsageError(
    "pollux convert: the body has neither contents nor input, so it is of neither API",
  );
}

async function bodyOf({ words }: Parsed, io: Io): Promise<Record<string, unknown>> {
  const [name = "-"] = words;
  const text = name === "-" ? await piped(io) : fileText(resolve(io.cwd, name), name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`pollux convert: that is no JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError("pollux convert: expected the JSON object of a request body");
  return value as Record<string, unknown>;
}

async function piped({ stdin }: Io): Promise<string> {
  if (stdin.isTTY) throw new UsageError("pollux convert: give a file, or pipe a request body in");
  return stdinText(stdin);
}

function fileText(path: string, name: string): string {
  if (!existsSync(path))
    throw new UsageError(`cannot read ${name}: there is no such file; check the path`);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(
      `pollux convert: cannot read ${name}: ${(error as NodeJS.ErrnoException).code}`,
    );
  }
}
