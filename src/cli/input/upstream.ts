// Where to ask: Google with a key from the environment, another upstream, a gateway, or, with none
// of these, the built-in simulator.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { redact } from "../../core/failures.ts";
import { Pollux, type PolluxOptions } from "../../core/index.ts";
import { nodeFetch } from "../../node/index.ts";
import { createSim, DEFAULT_MODEL, ScenarioError } from "../../sim/index.ts";
import type { Io, Option, Parsed } from "../commands/command.ts";
import { EXIT, UsageError } from "../exit.ts";
import { number } from "./args.ts";

export const UPSTREAM_OPTIONS: Readonly<Record<string, Option>> = Object.freeze({
  model: { type: "string", short: "m", value: "NAME", help: `model (default ${DEFAULT_MODEL})` },
  upstream: { type: "string", value: "URL", help: "base URL to ask instead of Google's" },
  gateway: { type: "string", value: "URL", help: "ask through a Pollux gateway" },
  "key-env": { type: "string", value: "NAME", help: "environment variable that holds the key" },
  sim: { type: "boolean", help: "use the built-in simulator, even with a key" },
  fault: {
    type: "string",
    value: "TEXT",
    help: 'simulator: misbehave, e.g. "cut after 5 chunks; ok"',
  },
  scenario: { type: "string", value: "FILE", help: "simulator: faults from a JSON or YAML file" },
  seed: { type: "string", value: "N", help: "simulator: seed of its text" },
  "max-attempts": { type: "string", value: "N", help: "upstream calls for one answer (default 5)" },
  deadline: { type: "string", value: "SECONDS", help: "end of patience for one answer" },
  "no-resume": { type: "boolean", help: "do not continue a broken answer" },
});

export interface Place {
  pollux: Pollux;
  model: string;
  /** One line that says where the answers come from. */
  name: string;
  simulated: boolean;
  /** Why the simulator answers, for people. */
  why: string;
}

export async function placeOf(
  parsed: Parsed,
  io: Io,
  live: { ttftMs: number; chunkDelayMs: number },
): Promise<Place> {
  const { values } = parsed;
  const env = environment(io);
  const model = (values.model as string | undefined) ?? env.POLLUX_MODEL ?? DEFAULT_MODEL;
  const attempts = number(parsed, "max-attempts", { min: 1, max: 20 });
  const deadline = number(parsed, "deadline", { min: 0.1, max: 86_400, whole: false });
  const common: PolluxOptions = {
    ...(attempts !== undefined && { maxAttempts: attempts }),
    ...(deadline !== undefined && { deadlineMs: deadline * 1000 }),
    ...(values["no-resume"] === true && { resume: "off" }),
  };
  const keyName = values["key-env"] as string | undefined;
  if (keyName !== undefined && !env[keyName]) {
    throw new UsageError(
      `--key-env: the variable ${redact(keyName)} is not set; set it, or leave the option out`,
      EXIT.config,
    );
  }
  const key = keyName ? env[keyName] : env.GEMINI_API_KEY || env.GOOGLE_API_KEY;
  const address = (values.gateway ??
    values.upstream ??
    (env.GOOGLE_GEMINI_BASE_URL || undefined)) as string | undefined;
  const wantsSim =
    values.sim === true || values.fault !== undefined || values.scenario !== undefined;
  if (values.seed !== undefined && !wantsSim && (key || address))
    throw new UsageError("--seed: it is the simulator's; add --sim, or leave it out");
  if (wantsSim && (values.upstream || values.gateway)) {
    throw new UsageError(
      "--sim, --fault, --scenario and --seed steer the built-in simulator; leave out --upstream and --gateway",
    );
  }
  if (wantsSim || (!key && !address)) {
    const why = wantsSim
      ? "The built-in simulator answers."
      : "No key set: the built-in simulator answers.";
    return simulated(parsed, io, { model, common, live, why });
  }
  if (address !== undefined && !/^https?:\/\/[^/\s]/.test(address)) {
    throw new UsageError(
      `${values.gateway ? "--gateway" : values.upstream ? "--upstream" : "GOOGLE_GEMINI_BASE_URL"}: expected a URL such as http://127.0.0.1:8787, got "${redact(address)}"`,
    );
  }
  const pollux = new Pollux({ ...common, apiKey: key, fetch: nodeFetch(), baseUrl: address });
  return { pollux, model, name: address ? redact(address) : "Gemini", simulated: false, why: "" };
}

async function simulated(
  parsed: Parsed,
  io: Io,
  how: {
    model: string;
    common: PolluxOptions;
    live: { ttftMs: number; chunkDelayMs: number };
    why: string;
  },
): Promise<Place> {
  const { model, common, live, why } = how;
  const seed = number(parsed, "seed", { min: 0, max: 2 ** 32 - 1 });
  const scenario = await scenarioOf(parsed, io);
  try {
    const sim = createSim({
      ...live,
      ...(seed !== undefined && { seed }),
      ...(scenario !== undefined && { scenario }),
    });
    const pollux = new Pollux({
      ...common,
      apiKey: "simulated",
      baseUrl: "http://simulator.invalid",
      fetch: sim.fetch,
    });
    return { pollux, model, name: "the built-in simulator", simulated: true, why };
  } catch (error) {
    if (error instanceof ScenarioError)
      throw new UsageError(`--${parsed.values.scenario ? "scenario" : "fault"}: ${error.message}`);
    throw error;
  }
}

/** A scenario from `--fault TEXT` or `--scenario FILE`. */
export async function scenarioOf(parsed: Parsed, io: Io): Promise<unknown> {
  const { fault, scenario: file } = parsed.values as Record<string, string | undefined>;
  if (fault !== undefined && file !== undefined)
    throw new UsageError("--fault and --scenario: give one of them");
  if (file === undefined) return fault;
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, file), "utf8");
  } catch (error) {
    throw new UsageError(
      `--scenario: cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}; check the path`,
    );
  }
  try {
    if (/\.ya?ml$/i.test(file)) return (await import("yaml")).parse(text) as unknown;
    return /^\s*[[{]/.test(text) ? (JSON.parse(text) as unknown) : text;
  } catch (error) {
    throw new UsageError(`--scenario: ${file}: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** The environment, with `.env` of the working folder below it. */
export function environment(io: Io): Record<string, string | undefined> {
  const file = join(io.cwd, ".env");
  if (existsSync(file)) {
    try {
      process.loadEnvFile(file);
    } catch {
      // An unreadable file is as good as none; the key check says what is missing.
    }
  }
  return io.env;
}
