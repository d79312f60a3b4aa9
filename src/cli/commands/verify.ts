// Proves the path to Gemini after a fix, and how much traffic it bears.
import { costOf, PROOFS, type Verification, verify as verifyPath } from "../../doctor/index.ts";
import { DEFAULT_MODEL } from "../../sim/index.ts";
import { mannerOf } from "../doctor/examined.ts";
import { type GroundOptions, openGround } from "../doctor/ground.ts";
import { levelLine, levelsHead, proofLines, verdictLines } from "../doctor/print-proof.ts";
import { EXIT, UsageError } from "../exit.ts";
import { number } from "../input/args.ts";
import { environment } from "../input/upstream.ts";
import { paintOf, wantsColor } from "../output/paint.ts";
import { versionOf } from "../version.ts";
import type { Command, Io, Parsed } from "./command.ts";

const RAMP_REQUESTS = 38;
const TIMEOUT_S = 60;

export const verify: Command = {
  name: "verify",
  summary: "Prove that the path to Gemini works, refuses what is wrong, and bears traffic.",
  usage: "pollux verify [options]",
  options: {
    model: { type: "string", short: "m", value: "NAME", help: `model (default ${DEFAULT_MODEL})` },
    gateway: {
      type: "string",
      value: "URL",
      help: "prove this gateway, with the token of POLLUX_TOKEN; without it, one is started",
    },
    upstream: { type: "string", value: "URL", help: "base URL to prove instead of Google's" },
    log: { type: "string", value: "FILE", help: "log of the gateway that was named" },
    sim: { type: "boolean", help: "the simulator answers, even with a key" },
    "max-requests": {
      type: "string",
      value: "N",
      help: `most requests of the growing traffic; 0 leaves it out (default ${RAMP_REQUESTS})`,
    },
    timeout: {
      type: "string",
      value: "SECONDS",
      help: `time of each request (default ${TIMEOUT_S})`,
    },
    "dry-run": { type: "boolean", help: "tell what would be sent, and send nothing" },
    strict: { type: "boolean", help: "exit 2 when something could not be proven" },
    json: { type: "boolean", help: "the proofs as JSON (docs/doctor.md)" },
    plain: { type: "boolean", help: "words instead of signs, no progress" },
    "no-color": { type: "boolean", help: "no colour" },
  },
  more: `Good requests must pass, wrong ones must be refused clearly, retries must end, the log must name
each request and hold no secret. Only then traffic grows: 1, 2, 5, 10, 20 ... streams at once, until the
limit of requests, an error in ten, a 429, a first text three times slower, or a queue.

Examples
  pollux verify
  pollux verify --gateway http://127.0.0.1:8080 --log gateway.log --max-requests 88
  pollux verify --dry-run

Exit 0 when it holds, 1 when something does not, 2 with --strict for what could not be proven.`,
  run,
};

const UNPROVEN = 2;

async function run(parsed: Parsed, io: Io): Promise<number> {
  const { values } = parsed;
  if (parsed.words.length > 0)
    throw new UsageError(`it takes no words, got "${parsed.words[0]}" (see --help)`);
  const env = environment(io);
  const options = groundOf(parsed, io, env);
  const rampRequestsMax = number(parsed, "max-requests", { min: 0, max: 10_000 }) ?? RAMP_REQUESTS;
  const manner = mannerOf(parsed, env);
  const paint = paintOf(wantsColor(values["no-color"] ? "never" : "auto", io.stdout, env));
  const cost = costOf({ rampRequestsMax });
  if (values["dry-run"]) {
    tellPlan(io, manner.json, cost);
    return EXIT.ok;
  }
  const ground = await openGround(options);
  try {
    const say = (text: string) => void (manner.json || io.stdout.write(text));
    say(`${paint.bold("Verify")} · ${ground.about}, ${ground.model}\n`);
    if (!manner.json && !ground.simulated)
      io.stderr.write(
        `Will spend · at most ${cost.requests} requests, about ${cost.tokens} tokens\n`,
      );
    const moves = !manner.json && !manner.plain && io.stderr.isTTY === true;
    const steps = verifyPath(ground, {
      rampRequestsMax,
      setTimer: (fn, ms) => {
        const timer = setTimeout(fn, ms);
        return () => clearTimeout(timer);
      },
    });
    let climbing = false;
    for (;;) {
      const { done, value } = await steps.next();
      if (moves) io.stderr.write("\r\x1b[K");
      if (done) {
        say(verdictLines(value, paint));
        if (manner.json) io.stdout.write(`${JSON.stringify(reportOf(value, ground, cost))}\n`);
        return exitOf(value, values.strict === true);
      }
      if (value.type === "proof") say(proofLines(value.proof, paint, manner.plain));
      if (value.type === "begin" && moves) io.stderr.write(`${value.title} …`);
      if (value.type !== "level") continue;
      if (!climbing) say(levelsHead(paint));
      climbing = true;
      say(levelLine(value.level));
    }
  } finally {
    await ground.close();
  }
}

function tellPlan(io: Io, json: boolean, cost: ReturnType<typeof costOf>): void {
  if (json) {
    const proofs = PROOFS.map(({ id, title }) => ({ id, title }));
    io.stdout.write(
      `${JSON.stringify({ schema: "pollux.verify/1", dryRun: true, cost, proofs })}\n`,
    );
    return;
  }
  for (const { id, title } of PROOFS) io.stdout.write(`${id.padEnd(16)} ${title}\n`);
  io.stdout.write(`${"ramp".padEnd(16)} ${cost.steps.join(", ") || "none"} streams at once\n`);
  io.stdout.write(
    `\nAt most ${cost.requests} requests, about ${cost.tokens} tokens. Nothing was sent.\n`,
  );
}

function groundOf(parsed: Parsed, io: Io, env: Io["env"]): GroundOptions {
  const { values } = parsed as { values: Record<string, string | undefined> };
  for (const name of ["gateway", "upstream"]) {
    const value = values[name];
    if (value !== undefined && !/^https?:\/\/[^/\s]/.test(value))
      throw new UsageError(
        `--${name}: expected a URL such as http://127.0.0.1:8080, got "${value}"`,
      );
  }
  if (values.gateway && (values.upstream || parsed.values.sim))
    throw new UsageError("--gateway: it has its own upstream; leave out --upstream and --sim");
  if (values.log && !values.gateway)
    throw new UsageError("--log: it goes with --gateway; the log of an own gateway is seen anyway");
  const seconds = number(parsed, "timeout", { min: 1, max: 600, whole: false }) ?? TIMEOUT_S;
  return {
    cwd: io.cwd,
    env,
    model: values.model ?? (env.POLLUX_MODEL || DEFAULT_MODEL),
    timeoutMs: seconds * 1000,
    gateway: values.gateway?.replace(/\/+$/, ""),
    upstream: values.upstream ?? (env.GOOGLE_GEMINI_BASE_URL || undefined),
    sim: parsed.values.sim === true,
    log: values.log,
  };
}

function reportOf(
  seen: Verification,
  ground: { about: string; model: string },
  cost: ReturnType<typeof costOf>,
) {
  return {
    schema: "pollux.verify/1",
    at: new Date().toISOString(),
    versions: { node: process.versions.node, pollux: versionOf() },
    target: { address: ground.about, model: ground.model },
    cost,
    ...seen,
  };
}

function exitOf({ verdict, proofs }: Verification, strict: boolean): number {
  if (verdict === "problem") return EXIT.internal;
  return strict && proofs.some(({ status }) => status === "skipped") ? UNPROVEN : EXIT.ok;
}
