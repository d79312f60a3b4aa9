// Where a path is proven: a gateway that was named, or one of our own in front of what the environment
// names; beside it one in front of a simulator that always fails.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Ground } from "../../doctor/index.ts";
import { makeLogger, readConfig } from "../../gateway/index.ts";
import { UsageError } from "../exit.ts";
import { openHouse } from "../serve/house.ts";
import { planOf } from "../serve/plan.ts";
import { secretsOf } from "./papers.ts";

export interface GroundOptions {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  model: string;
  timeoutMs: number;
  gateway?: string | undefined;
  upstream?: string | undefined;
  sim: boolean;
  /** How quickly the simulator answers. */
  pace?: { ttftMs: number; chunkDelayMs: number };
  /** The log of the gateway that was named. */
  log?: string | undefined;
}

const STUB_ATTEMPTS = 3;
const LOG_CHARS_MAX = 20_000_000;

export async function openGround(
  options: GroundOptions,
): Promise<Ground & { about: string; simulated: boolean; close(): Promise<void> }> {
  const { cwd, env, model, timeoutMs, gateway } = options;
  const fetch = globalThis.fetch;
  const stub = await own(options, { wanted: true, scenario: "*: 503 retry 20ms" }, STUB_ATTEMPTS);
  const main =
    gateway === undefined
      ? await own(options, { wanted: options.sim, ...(options.pace && { pace: options.pace }) })
      : undefined;
  const token = env.POLLUX_TOKEN;
  const file = options.log;
  return {
    url: gateway ?? (main as Own).url,
    about: gateway ?? `a gateway of its own in front of ${(main as Own).upstream}`,
    simulated: main?.simulated === true,
    model,
    headers: gateway !== undefined && token ? { authorization: `Bearer ${token}` } : {},
    fetch,
    ...(main ? { log: main.log } : file !== undefined && { log: () => textOf(file, cwd) }),
    stub: {
      url: stub.url,
      attemptsMax: STUB_ATTEMPTS,
      arrived: () => stub.arrived(),
      log: stub.log,
    },
    secrets: secretsOf(env),
    now: () => performance.now(),
    timeoutMs,
    close: async () => {
      await Promise.all([stub.close(), main?.close()]);
    },
  };
}

type Own = Awaited<ReturnType<typeof own>>;

async function own(
  { cwd, env, upstream }: GroundOptions,
  sim: Parameters<typeof planOf>[2],
  attemptsMax?: number,
) {
  const config = readConfig({
    flags: {
      port: "0",
      store: "memory",
      ...(upstream !== undefined && !sim.wanted && { upstream }),
    },
    env: {},
    file: {
      pages: false,
      log: { level: "debug" },
      ...(attemptsMax !== undefined && { streams: { maxAttempts: attemptsMax } }),
    },
  });
  let text = "";
  const log = makeLogger("debug", {
    write: (line) => {
      if (text.length < LOG_CHARS_MAX) text += line;
    },
  });
  const plan = planOf(config, { cwd, env }, sim);
  const { running } = await openHouse(plan, log);
  const to = plan.serve.upstream;
  return {
    url: running.url,
    simulated: to.sim,
    upstream: to.sim ? "the built-in simulator" : new URL(to.baseUrl).host,
    arrived: () => running.sim?.journal.length ?? 0,
    log: () => text,
    close: () => running.stop(),
  };
}

function textOf(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), "utf8").slice(-LOG_CHARS_MAX);
  } catch (error) {
    throw new UsageError(
      `--log: cannot read ${file}: ${(error as NodeJS.ErrnoException).code}; check the path`,
    );
  }
}
