// Makes the same smallest request as a bundle tells of, here, and compares field by field.
import {
  CHECKS,
  differences,
  type Exchange,
  filledFrom,
  reproduced,
  type Shape,
} from "../../doctor/index.ts";
import { differencesText } from "../doctor/comparison.ts";
import { examined, mannerOf } from "../doctor/examined.ts";
import { optionsOf, TARGET_OPTIONS } from "../doctor/options.ts";
import { readPast } from "../doctor/papers.ts";
import { EXIT, UsageError } from "../exit.ts";
import { environment } from "../input/upstream.ts";
import { paintOf, wantsColor } from "../output/paint.ts";
import type { Command, Io, Parsed } from "./command.ts";

const { model, upstream, "via-proxy": viaProxy, direct, sim, timeout } = TARGET_OPTIONS;

export const repro: Command = {
  name: "repro",
  summary: "Repeat a bundle's smallest request here, and tell what is the same and what differs.",
  usage: "pollux repro BUNDLE.json [options]",
  options: {
    ...({ model, upstream, "via-proxy": viaProxy, direct, sim, timeout } as Command["options"]),
    "key-env": { type: "string", value: "NAME", help: "variable that holds the key" },
    all: { type: "boolean", help: "compare every check, not only those of the request's way" },
    json: { type: "boolean", help: "both sides and the reading as JSON (docs/doctor.md)" },
    plain: { type: "boolean", help: "no progress" },
    "no-color": { type: "boolean", help: "no colour" },
  },
  more: `The model is the bundle's; the address, the key and the network are those of this machine.
A request of one's own that the bundle has the shape of is filled with other text of the same length.

Examples
  pollux repro evidence.json
  pollux repro evidence.json --direct --json

Exit 0 when the outcome is the same, 1 when it differs, 2 for a wrong call.`,
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const [file, ...more] = parsed.words;
  if (file === undefined || more.length > 0)
    throw new UsageError("give one bundle: pollux repro evidence.json (see --help)");
  const past = readPast("BUNDLE", file, io.cwd);
  const env = environment(io);
  const own = past.exchanges?.find(({ check }) => check === "request");
  const options = {
    ...optionsOf(parsed, io, env),
    model: (parsed.values.model as string | undefined) ?? past.target.model,
    ...requestOf(own),
    ...(!parsed.values.all && {
      only: CHECKS.filter(
        ({ id, group }) => group === "Gemini" || group === "Network" || id === past.error?.check,
      ).map(({ id }) => id),
    }),
  };
  const manner = mannerOf(parsed, env);
  const report = await examined(io, env, options, manner);
  const rows = differences(past, report);
  const { same, reading } = reproduced(past, report);
  const told = options.simulated
    ? `${reading} Only the simulator was asked: set GEMINI_API_KEY, or --upstream.`
    : reading;
  if (manner.json)
    io.stdout.write(
      `${JSON.stringify({ schema: "pollux.repro/1", same, reading: told, fields: rows, before: past, after: report })}\n`,
    );
  else {
    const paint = paintOf(wantsColor(parsed.values["no-color"] ? "never" : "auto", io.stdout, env));
    io.stdout.write(`${differencesText(rows, [`there, ${past.at}`, "here"], paint)}\n`);
    io.stdout.write(`${paint.bold(same ? "Same" : "Different")} · ${told}\n`);
  }
  return same ? EXIT.ok : EXIT.internal;
}

function requestOf(own: Exchange | undefined): { request?: Record<string, unknown> } {
  return own?.request === undefined
    ? {}
    : { request: filledFrom(own.request as Shape) as Record<string, unknown> };
}
