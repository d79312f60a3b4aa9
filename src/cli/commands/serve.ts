// The gateway as a process: settings read, doors opened, and a way to leave that loses nothing.
import {
  type Config,
  ConfigError,
  type Logger,
  makeLogger,
  printConfig,
  readConfig,
  SETTINGS,
} from "../../gateway/index.ts";
import { StoreError } from "../../store/index.ts";
import { EXIT, UsageError } from "../exit.ts";
import { number } from "../input/args.ts";
import { environment, scenarioOf } from "../input/upstream.ts";
import { readConfigFile } from "../serve/config-file.ts";
import { type House, openHouse } from "../serve/house.ts";
import { listenError } from "../serve/listen-error.ts";
import { type Plan, planOf, readKeys } from "../serve/plan.ts";
import type { Running } from "../serve/run.ts";
import { readTokens } from "../serve/tokens-file.ts";
import { nameOfUpstream } from "../serve/vertex-place.ts";
import type { Command, Io, Option, Parsed } from "./command.ts";

/** Flags of the settings that have one. */
const FLAGS: Record<string, Option> = Object.fromEntries(
  SETTINGS.flatMap((setting) => {
    if (!setting.flag) return [];
    const value = setting.type === "number" ? "N" : "TEXT";
    const more = setting.env ? ` [${setting.env}]` : "";
    const option: Option =
      setting.type === "boolean"
        ? { type: "boolean", help: setting.help + more }
        : { type: "string", value, help: setting.help + more };
    return [[setting.flag, option]];
  }),
);

export const serve: Command = {
  name: "serve",
  summary: "Keep the key, serve Gemini's and OpenAI's formats, make every stream durable.",
  usage: "pollux serve [options]",
  options: {
    ...FLAGS,
    config: {
      type: "string",
      short: "c",
      value: "FILE",
      help: "settings (default pollux.config.json)",
    },
    "print-config": {
      type: "boolean",
      help: "print the settings in force, and where each comes from",
    },
    sim: { type: "boolean", help: "let the built-in simulator answer, even with a key" },
    fault: { type: "string", value: "TEXT", help: 'simulator: e.g. "cut after 5 chunks; ok"' },
    scenario: { type: "string", value: "FILE", help: "simulator: faults from a JSON or YAML file" },
    seed: { type: "string", value: "N", help: "simulator: seed of its text" },
    json: { type: "boolean", help: "tell the address as JSON" },
    quiet: { type: "boolean", short: "q", help: "no log lines" },
  },
  more: `Without GEMINI_API_KEY and --upstream the built-in simulator answers.
Every setting: docs/config.md. Running it: docs/operating.md.
SIGHUP reads keys and client tokens again; SIGTERM lets running streams end.

Examples
  pollux serve
  GEMINI_API_KEY=... pollux serve --port 9000
  pollux serve --host 0.0.0.0 --tokens tokens.json --store redis --redis-url redis://cache:6379`,
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const { values } = parsed;
  if (parsed.words.length > 0)
    throw new UsageError(`it takes no words, got "${parsed.words[0]}" (see --help)`);
  const env = environment(io);
  const config = await configOf(parsed, io, env);
  if (values["print-config"]) {
    io.stdout.write(`${JSON.stringify(printConfig(config), null, 2)}\n`);
    return EXIT.ok;
  }
  const scenario = await scenarioOf(parsed, io);
  const seed = number(parsed, "seed", { min: 0, max: 2 ** 32 - 1 });
  const wanted = values.sim === true || scenario !== undefined || seed !== undefined;
  const place = { cwd: io.cwd, env };
  const plan = planOf(config, place, { wanted, seed, scenario });
  const { settings } = plan;
  const level = values.quiet ? "silent" : settings.text("log.level");
  const log = makeLogger(level, { write: (line) => void io.stderr.write(line) });
  // A port that nobody asked for may give way to another one.
  const mayMove = config.get("listen.port")?.from === "default";
  const { running, guard } = await start(plan, log, mayMove);
  const reload = () => {
    try {
      guard.parts.keys?.reload(plan.serve.upstream.sim ? plan.keys : readKeys(settings, place));
      const file = settings.text("clients.tokensFile");
      if (file) guard.parts.clients.reload(readTokens(file));
      log.info("keys and client tokens read again");
    } catch (error) {
      log.error({ err: error }, "they were not read again; the old ones stay");
    }
  };
  process.on("SIGHUP", reload);
  const leaving = toldToLeave();
  // Whoever waits for the address may send a signal at once.
  tell(running, plan, parsed, io);
  const signal = await leaving;
  process.off("SIGHUP", reload);
  if (!values.quiet) log.info({ signal, inFlight: running.gateway.streams.inFlight }, "leaving");
  // A second signal does not wait.
  process.once(signal, () => process.exit(EXIT.stopped));
  await running.stop();
  return EXIT.ok;
}

async function configOf(parsed: Parsed, io: Io, env: Io["env"]): Promise<Config> {
  const file = await readConfigFile(io.cwd, parsed.values.config as string | undefined);
  try {
    return readConfig({ flags: parsed.values, env, ...(file && { file: file.value }) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(
      `the settings are not right:\n  ${error.problems.join("\n  ")}`,
      EXIT.config,
    );
  }
}

async function start(plan: Plan, log: Logger, mayMove: boolean): Promise<House> {
  const { serve: config } = plan;
  try {
    return await openHouse(plan, log);
  } catch (error) {
    if (mayMove && (error as NodeJS.ErrnoException).code === "EADDRINUSE")
      return start({ ...plan, serve: { ...config, port: 0 } }, log, false);
    if (error instanceof StoreError)
      throw new UsageError(`${error.message} ${error.next}`, EXIT.config);
    throw listenError("serve", config.host, config.port, error);
  }
}

function tell(running: Running, plan: Plan, parsed: Parsed, io: Io): void {
  const { url } = running;
  const { upstream, store } = plan.serve;
  const answers = nameOfUpstream({ upstream });
  if (parsed.values.json) {
    const port = Number(new URL(url).port);
    io.stdout.write(`${JSON.stringify({ url, port, upstream: answers, store: store.kind })}\n`);
    return;
  }
  io.stdout.write(
    `Gateway on ${url}\n  answers come from ${answers}, streams are kept in ${store.kind}\n`,
  );
  if (plan.settings.flag("pages")) io.stdout.write(`  chat in a browser: ${url}/\n`);
  io.stdout.write(`  GOOGLE_GEMINI_BASE_URL=${url}   OPENAI_BASE_URL=${url}/v1\n`);
}

function toldToLeave(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => resolve(signal));
  });
}
