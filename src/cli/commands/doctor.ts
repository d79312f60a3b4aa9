// Examines the path to Gemini, one boundary at a time, and names the first that is broken.
import { CHECKS, costs, type ExamineOptions, examine, type Report } from "../../doctor/index.ts";
import { DEFAULT_MODEL } from "../../sim/index.ts";
import { reportText } from "../doctor/print.ts";
import { worldOf } from "../doctor/world.ts";
import { EXIT, UsageError } from "../exit.ts";
import { number } from "../input/args.ts";
import { environment } from "../input/upstream.ts";
import { paintOf, wantsColor } from "../output/paint.ts";
import type { Command, Io, Parsed } from "./command.ts";

export const doctor: Command = {
  name: "doctor",
  summary: "Name the broken boundary between you and Gemini, and the fix.",
  usage: "pollux doctor [options]",
  options: {
    model: { type: "string", short: "m", value: "NAME", help: `model (default ${DEFAULT_MODEL})` },
    upstream: { type: "string", value: "URL", help: "base URL to examine instead of Google's" },
    gateway: { type: "string", value: "URL", help: "examine a Pollux gateway too" },
    "key-env": { type: "string", value: "NAME", help: "environment variable that holds the key" },
    "via-proxy": { type: "string", value: "URL", help: "go through this proxy" },
    direct: { type: "boolean", help: "go past every proxy" },
    "status-page": { type: "string", value: "URL", help: "status page to look at" },
    only: {
      type: "string",
      value: "IDS",
      help: "only these checks, with commas, and what they need",
    },
    offline: { type: "boolean", help: "nothing leaves the machine; the simulator answers" },
    sim: { type: "boolean", help: "the simulator answers for Gemini" },
    timeout: { type: "string", value: "SECONDS", help: "time of each check (default 15)" },
    strict: { type: "boolean", help: "exit 2 on a warning" },
    json: { type: "boolean", help: "the report as JSON (docs/doctor.md)" },
    list: { type: "boolean", help: "list the checks and leave" },
    plain: { type: "boolean", help: "words instead of signs, no progress" },
    "no-color": { type: "boolean", help: "no colour" },
  },
  more: `Checks go in the order of their dependencies; what stands on a broken one is skipped.
A whole run asks Gemini four times, for about 120 tokens.

Examples
  pollux doctor
  pollux doctor --only dns,tcp,tls
  pollux doctor --direct --json

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
  const options = optionsOf(parsed, env);
  const plain = values.plain === true || env.TERM === "dumb" || Boolean(env.CI);
  const tell = !values.json && io.stderr.isTTY === true && !plain;
  if (!values.json && io.stderr.isTTY) {
    for (const line of costs(options)) io.stderr.write(`Will spend · ${line}\n`);
  }
  const report = await examined(worldOf(env, io.cwd), options, (title) => {
    if (tell) io.stderr.write(title === undefined ? "\r\x1b[K" : `\r\x1b[K${title} …`);
  });
  if (values.json) io.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    const paint = paintOf(wantsColor(values["no-color"] ? "never" : "auto", io.stdout, env));
    if (options.simulated && !values.sim && !options.offline)
      io.stdout.write(
        "No key set: the built-in simulator answers for Gemini below; the network is examined as it is.\n",
      );
    io.stdout.write(reportText(report, paint, plain));
  }
  return exitOf(report, values.strict === true);
}

export function exitOf(report: Report, strict: boolean): number {
  if (report.verdict === "problem") return EXIT.internal;
  return report.verdict === "warn" && strict ? WARNING : EXIT.ok;
}

async function examined(
  world: ReturnType<typeof worldOf>,
  options: ExamineOptions,
  onBegin: (title: string | undefined) => void,
): Promise<Report> {
  const run = examine(world, options);
  for (;;) {
    const next = await run.next();
    if (next.done) {
      onBegin(undefined);
      return next.value;
    }
    if (next.value.type === "begin") onBegin(next.value.title);
  }
}

function optionsOf(parsed: Parsed, env: Io["env"]): ExamineOptions {
  const { values } = parsed as { values: Record<string, string | undefined> };
  const flag = (name: string) => parsed.values[name] === true;
  if (values["via-proxy"] && flag("direct"))
    throw new UsageError("--via-proxy and --direct: give one of them");
  for (const name of ["upstream", "gateway", "via-proxy", "status-page"]) {
    const value = values[name];
    if (value !== undefined && !/^https?:\/\/[^/\s]/.test(value))
      throw new UsageError(
        `--${name}: expected a URL such as http://127.0.0.1:8787, got "${value}"`,
      );
  }
  const only = values.only?.split(",").map((id) => id.trim());
  const known = CHECKS.map(({ id }) => id);
  const odd = only?.find((id) => !known.includes(id));
  if (odd !== undefined)
    throw new UsageError(`--only: no check "${odd}"; there are ${known.join(", ")}`);
  const seconds = number(parsed, "timeout", { min: 0.1, max: 600, whole: false });
  const hasKey = Boolean(values["key-env"] ?? env.GEMINI_API_KEY ?? env.GOOGLE_API_KEY);
  const hasAddress = Boolean(values.upstream ?? env.GOOGLE_GEMINI_BASE_URL);
  return {
    model: values.model ?? (env.POLLUX_MODEL || DEFAULT_MODEL),
    baseUrl: values.upstream,
    gateway: values.gateway,
    statusPage: values["status-page"] ?? env.POLLUX_STATUS_PAGE,
    keyEnv: values["key-env"],
    via: values["via-proxy"]
      ? { proxy: values["via-proxy"] }
      : flag("direct")
        ? "direct"
        : "environment",
    simulated: flag("sim") || !(hasKey || hasAddress),
    offline: flag("offline"),
    only,
    ...(seconds !== undefined && { timeoutMs: seconds * 1000 }),
  };
}
