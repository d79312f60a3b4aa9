// Examines the path to Gemini, one boundary at a time, and names the first that is broken.
import {
  CHECKS,
  comparePaths,
  differences,
  type ExamineOptions,
  type Report,
  type Way,
} from "../../doctor/index.ts";
import { differencesText, pathsText } from "../doctor/comparison.ts";
import { examined, type Manner, mannerOf } from "../doctor/examined.ts";
import { optionsOf, type PlannedWay, TARGET_OPTIONS, waysOf } from "../doctor/options.ts";
import { readPast, writeBaseline, writeBundle } from "../doctor/papers.ts";
import { reportText } from "../doctor/print.ts";
import { EXIT, UsageError } from "../exit.ts";
import { environment } from "../input/upstream.ts";
import { type Paint, paintOf, wantsColor } from "../output/paint.ts";
import type { Command, Io, Parsed } from "./command.ts";

export const doctor: Command = {
  name: "doctor",
  summary: "Name the broken boundary between you and Gemini, and the fix.",
  usage: "pollux doctor [options]",
  options: {
    ...TARGET_OPTIONS,
    bundle: {
      type: "string",
      value: "FILE",
      help: "write sanitised evidence: FILE.json and FILE.md",
    },
    save: { type: "string", value: "FILE", help: "write a dated baseline" },
    against: { type: "string", value: "FILE", help: "tell what changed since a baseline" },
    strict: { type: "boolean", help: "exit 2 on a warning" },
    json: { type: "boolean", help: "the report as JSON (docs/doctor.md)" },
    list: { type: "boolean", help: "list the checks and leave" },
    plain: { type: "boolean", help: "words instead of signs, no progress" },
    "no-color": { type: "boolean", help: "no colour" },
  },
  more: `Checks go in the order of their dependencies; what stands on a broken one is skipped.
A whole run asks Gemini four times, for about 120 tokens; what it spends is told before.

Examples
  pollux doctor
  pollux doctor --only dns,tcp,tls
  pollux doctor --via-proxy http://proxy:3128 --direct     which of the two breaks
  pollux doctor --key-env KEY_A --key-env KEY_B            or which of two keys
  pollux doctor --bundle evidence                          for support, or pollux repro
  pollux doctor --save good.json                           and later: --against good.json

Exit 0 when all is well, 1 for a problem, 2 for a warning with --strict or a wrong call.`,
  run,
};

const WARNING = 2;

async function run(parsed: Parsed, io: Io): Promise<number> {
  const { values } = parsed;
  if (parsed.words.length > 0)
    throw new UsageError(`it takes no words, got "${parsed.words[0]}" (see --help)`);
  if (values.list) {
    for (const { id, title, spends } of CHECKS)
      io.stdout.write(`${id.padEnd(16)} ${title}${spends ? `   (${spends})` : ""}\n`);
    return EXIT.ok;
  }
  const env = environment(io);
  const options = optionsOf(parsed, io, env);
  const manner = mannerOf(parsed, env);
  const paint = paintOf(wantsColor(values["no-color"] ? "never" : "auto", io.stdout, env));
  const ways = waysOf(parsed, options, env);
  const place: Examination = { parsed, io, env, manner, paint };
  return ways ? examineWays(ways, place) : examineOne(options, place);
}

interface Examination {
  parsed: Parsed;
  io: Io;
  env: Io["env"];
  manner: Manner;
  paint: Paint;
}

async function examineOne(options: ExamineOptions, place: Examination): Promise<number> {
  const { parsed, io, env, manner, paint } = place;
  const { values } = parsed as { values: Record<string, string | undefined> };
  const past = values.against ? readPast("--against", values.against, io.cwd) : undefined;
  const report = await examined(io, env, options, manner);
  const rows = past && differences(past, report);
  if (manner.json)
    io.stdout.write(
      `${JSON.stringify({ ...report, ...(past && { since: past.at, changes: rows?.filter(({ same }) => !same) }) })}\n`,
    );
  else {
    if (options.simulated && !parsed.values.sim && !options.offline)
      io.stdout.write(
        "No key set: the built-in simulator answers for Gemini below; the network is examined as it is.\n",
      );
    io.stdout.write(reportText(report, paint, manner.plain));
    if (past && rows) {
      const changed = rows.filter(({ same }) => !same);
      io.stdout.write(`\n${paint.bold(`Since ${past.at}`)} · ${changed.length} changed\n`);
      io.stdout.write(differencesText(changed, ["then", "now"], paint));
    }
  }
  if (values.bundle) tellBundle(values.bundle, { report, date: new Date() }, place);
  if (values.save) {
    writeBaseline(values.save, report, { cwd: io.cwd, env });
    const doubt = report.verdict === "problem" ? "; it is no working one, something is broken" : "";
    io.stderr.write(`Baseline written to ${values.save}${doubt}\n`);
  }
  return exitOf(report, parsed.values.strict === true);
}

async function examineWays(
  planned: readonly [PlannedWay, PlannedWay],
  place: Examination,
): Promise<number> {
  const { parsed, io, env, manner, paint } = place;
  for (const name of ["save", "against"])
    if (parsed.values[name] !== undefined)
      throw new UsageError(`--${name}: it goes with one way; leave the other out`);
  const ways: Way[] = [];
  for (const { name, kind, options } of planned)
    ways.push({ name, kind, report: await examined(io, env, options, manner, name) });
  const [one, other] = ways as [Way, Way];
  const paths = comparePaths(one, other);
  const broken = ways.find(({ report }) => report.verdict !== "ok") ?? one;
  if (manner.json)
    io.stdout.write(
      `${JSON.stringify({ schema: "pollux.paths/1", ...paths, reports: ways.map(({ report }) => report) })}\n`,
    );
  else {
    io.stdout.write(`${paint.bold("Two ways")} · ${one.name} · ${other.name}\n\n`);
    io.stdout.write(pathsText(paths, paint));
    if (broken.report.verdict !== "ok")
      io.stdout.write(
        `\n${paint.bold(broken.name)}\n${reportText(broken.report, paint, manner.plain)}`,
      );
  }
  const file = parsed.values.bundle;
  if (typeof file === "string")
    tellBundle(file, { report: broken.report, paths, date: new Date() }, place);
  return Math.max(...ways.map(({ report }) => exitOf(report, parsed.values.strict === true)));
}

function tellBundle(
  file: string,
  seen: Parameters<typeof writeBundle>[1],
  { io, env }: Examination,
): void {
  const names = writeBundle(file, seen, { cwd: io.cwd, env });
  io.stderr.write(
    `Evidence written to ${names.join(" and ")}; no secret was found in it. To see it again elsewhere: pollux repro ${names[0]}\n`,
  );
}

export function exitOf(report: Report, strict: boolean): number {
  if (report.verdict === "problem") return EXIT.internal;
  return report.verdict === "warn" && strict ? WARNING : EXIT.ok;
}
