// What a broken world says of itself, and the families of worlds that differ in one thing only.
import type { ExamineOptions, World } from "../../src/doctor/index.ts";
import { errorReply, type Place } from "./place.ts";

export const CANARY = "AIzaSyCanaryCanaryCanaryCanaryCanary123";

export interface Made {
  baseUrl: string;
  env?: Record<string, string>;
  world?: Partial<World>;
  options?: Partial<ExamineOptions>;
}

export interface BrokenWorld {
  name: string;
  make(place: Place): Promise<Made>;
  check: string;
  code: string;
  skipped: readonly string[];
  fix: RegExp;
  /** Exit code of a strict run; a warning gives 2. */
  exit?: 1 | 2;
}

export const AFTER_KEY = [
  "auth",
  "model",
  "unary",
  "stream",
  "cadence",
  "finish",
  "rejection",
] as const;
const AFTER_AUTH = AFTER_KEY.slice(1);
export const AFTER_MODEL = AFTER_KEY.slice(2);
export const AFTER_UNARY = AFTER_KEY.slice(3);
export const AFTER_HTTP = ["clock", ...AFTER_KEY] as const;
export const AFTER_DNS = ["tcp", "proxy", "tls", "http", ...AFTER_HTTP] as const;
export const AFTER_TCP = AFTER_DNS.slice(1);
const AFTER_PROXY = ["tls", "http", ...AFTER_HTTP] as const;
export const AFTER_TLS = ["http", ...AFTER_HTTP] as const;
export const DAY_MS = 86_400_000;

export type Row = Omit<BrokenWorld, "name">;
export const on = (baseUrl: string, rest: Omit<Made, "baseUrl"> = {}): Made => ({
  baseUrl,
  ...rest,
});

/** The API refuses everything with the key, as listing the models already shows. */
export const refusing = (code: string, fix: RegExp, skipped: Row["skipped"] = AFTER_AUTH): Row => ({
  make: async (place) => on(await place.upstream({ first: () => errorReply(code) })),
  check: "auth",
  code,
  skipped,
  fix,
});

/** Only generating is refused. */
export const exhausted = (code: string, fix: RegExp): Row => ({
  make: async (place) =>
    on(
      await place.upstream({
        first: ({ url }) => (/enerateContent/.test(url) ? errorReply(code) : undefined),
      }),
    ),
  check: "unary",
  code,
  skipped: AFTER_UNARY,
  fix,
});

export const key = (value: string | undefined, code: string, fix: RegExp): Row => ({
  make: async (place) =>
    on(await place.upstream(), { env: value === undefined ? {} : { GEMINI_API_KEY: value } }),
  check: "key",
  code,
  skipped: AFTER_KEY,
  fix,
});

export const stream = (
  scenario: string,
  check: string,
  code: string,
  fix: RegExp,
  skipped: Row["skipped"] = [],
): Row => ({
  make: async (place) =>
    on(await place.upstream({ stream: { scenario: `*: ${scenario}` } }), {
      options: { timeoutMs: 600 },
    }),
  check,
  code,
  skipped,
  fix,
});

export const tls = (code: string, fix: RegExp, make: () => { key: string; cert: string }): Row => ({
  make: async (place) => on(await place.upstream({ tls: make() })),
  check: "tls",
  code,
  skipped: AFTER_TLS,
  fix,
});

export const proxied = (status: 403 | 407 | 502, code: string, fix: RegExp): Row => ({
  make: async (place) =>
    on(await place.upstream(), {
      env: { http_proxy: await place.proxy(status), GEMINI_API_KEY: CANARY },
    }),
  check: "proxy",
  code,
  skipped: AFTER_PROXY,
  fix,
});

export const library = (file: string, text: string, code: string, fix: RegExp): Row => ({
  make: async (place) =>
    on(await place.upstream(), {
      world: { file: async (name) => (name === file ? text : undefined) },
    }),
  check: "sdks",
  code,
  skipped: [],
  fix,
  exit: 2,
});
