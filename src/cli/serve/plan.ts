// Settings → what a gateway is built from: keys found, folders placed, and what must not be refused.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ClientEntry, Config, Key } from "../../gateway/index.ts";
import type { StoreOptions } from "../../store/index.ts";
import { EXIT, UsageError } from "../exit.ts";
import type { ServeConfig, SimPlan } from "./run.ts";
import { readTokens } from "./tokens-file.ts";
import { vertexPlaceOf } from "./vertex-place.ts";

const GOOGLE = "https://generativelanguage.googleapis.com";
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/;
const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]", "::1"];

export interface Plan {
  serve: ServeConfig;
  keys: Key[];
  tokens: ClientEntry[];
  settings: Settings;
}

/** Typed access to the settings that other parts ask for. */
interface Settings {
  text(path: string): string;
  number(path: string): number;
  flag(path: string): boolean;
  list(path: string): readonly string[];
}

function settingsOfConfig(config: Config): Settings {
  const value = (path: string) => config.get(path)?.value;
  return {
    text: (path) => value(path) as string,
    number: (path) => value(path) as number,
    flag: (path) => value(path) as boolean,
    list: (path) => value(path) as readonly string[],
  };
}

export function planOf(
  config: Config,
  place: { cwd: string; env: Readonly<Record<string, string | undefined>> },
  sim: Omit<SimPlan, "sim" | "seed"> & { wanted: boolean; seed?: number | undefined },
): Plan {
  const settings = settingsOfConfig(config);
  const { text, number, flag, list } = settings;
  const host = text("listen.host");
  const keys = readKeys(settings, place);
  const tokensFile = text("clients.tokensFile");
  const tokens = tokensFile ? readTokens(resolve(place.cwd, tokensFile)) : [];
  const isLocal = LOOPBACK.test(host);
  if (!isLocal && tokens.length === 0 && !flag("clients.insecure")) {
    throw new UsageError(
      `listen.host: ${host} can be reached by other machines, and no client tokens are set up; make one with: pollux token new --name me --file tokens.json, and pass --tokens tokens.json (or --insecure, if something in front asks who it is)`,
      EXIT.config,
    );
  }
  const onVertex = text("upstream.kind") === "vertex";
  const base = config.get("upstream.baseUrl");
  // The variable of the Gemini API says nothing of Vertex, which has its own.
  const given = onVertex && base?.from === "environment" ? "" : text("upstream.baseUrl");
  const baseUrl = onVertex
    ? given || (place.env.GOOGLE_VERTEX_BASE_URL ?? "")
    : given || (keys.length > 0 ? GOOGLE : "");
  const simulated = sim.wanted || (!onVertex && baseUrl === "");
  const vertex = vertexPlaceOf(settings, { env: place.env, keys: keys.length, simulated });
  const hosts = list("allow.hosts");
  const serve: ServeConfig = {
    host,
    port: number("listen.port"),
    upstream: {
      ...(vertex && { vertex }),
      ...(simulated
        ? {
            sim: true,
            ...(sim.seed !== undefined && { seed: sim.seed }),
            ...(sim.scenario !== undefined && { scenario: sim.scenario }),
            ...(sim.pace && { pace: sim.pace }),
          }
        : { sim: false, baseUrl }),
    },
    apiVersion: text("upstream.apiVersion"),
    store: storeOf(settings, place.cwd),
    retention: {
      ageMs: number("store.keepMs"),
      bytesMax: number("store.keepBytes"),
      streamsMax: number("store.keepStreams"),
    },
    leaseMs: number("streams.leaseMs"),
    graceMs: number("streams.graceMs"),
    heartbeatMs: number("readers.heartbeatMs"),
    firstCommentMs: number("readers.firstCommentMs"),
    stuckMs: number("readers.stuckMs"),
    bodyBytesMax: number("requests.bodyBytes"),
    headerBytesMax: number("requests.headerBytes"),
    headersMs: number("requests.headersMs"),
    requestMs: number("requests.bodyMs"),
    deadlineMs: number("streams.deadlineMs"),
    backgroundMs: number("streams.backgroundMs"),
    maxAttempts: number("streams.maxAttempts"),
    resume: flag("streams.resume") ? "auto" : "off",
    durable: {
      path: text("durable.path"),
      streamsMax: number("durable.streams"),
      bytesMax: number("durable.bytes"),
      longPollMs: number("durable.longPollMs"),
      eventsMs: number("durable.eventsMs"),
    },
    origins: list("allow.origins"),
    // On loopback another name means that somebody points a name of theirs at this machine.
    hosts: hosts.length > 0 ? hosts : isLocal ? LOOPBACK_HOSTS : [],
    drainMs: number("streams.drainMs"),
  };
  return {
    serve,
    // The simulator asks for none; a pool would let one test of a daily quota stop all others.
    keys: simulated ? [] : keys,
    tokens,
    settings,
  };
}

function storeOf({ text }: Settings, cwd: string): StoreOptions {
  const kind = text("store.kind");
  if (kind === "memory") return { kind };
  if (kind === "sqlite")
    return { kind, folder: resolve(cwd, text("store.folder") || join(".pollux", "data")) };
  const url = text("store.redisUrl");
  if (url === "")
    throw new UsageError(
      "store.redisUrl: the store redis needs an address; pass --redis-url redis://host:6379",
      EXIT.config,
    );
  return { kind: "redis", url, prefix: text("store.redisPrefix") };
}

/** From the named variables, from a file, or the ones that Google's own tools use. */
export function readKeys(
  { list, text }: Settings,
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string | undefined>> },
): Key[] {
  const keys: Key[] = [];
  for (const name of list("upstream.keyEnvs")) {
    const secret = env[name]?.trim();
    if (!secret)
      throw new UsageError(
        `upstream.keyEnvs: the variable ${name} is not set; set it, or leave it out`,
        EXIT.config,
      );
    keys.push({ name, secret });
  }
  const file = text("upstream.keyFile");
  if (file) {
    let lines: string[];
    try {
      lines = readFileSync(resolve(cwd, file), "utf8").split("\n");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UsageError(
        `upstream.keyFile: cannot read ${file}: ${code}; check the path`,
        EXIT.config,
      );
    }
    for (const line of lines) {
      const secret = line.trim();
      if (secret && !secret.startsWith("#")) keys.push({ name: `key${keys.length + 1}`, secret });
    }
  }
  if (keys.length > 0) return keys;
  const single = env.GEMINI_API_KEY?.trim() || env.GOOGLE_API_KEY?.trim();
  return single ? [{ name: "key1", secret: single }] : [];
}
