// A door: Gemini on Vertex AI. Its hosts and paths, its two kinds of credentials, and several locations,
// each taken when the one before it cannot serve.
import { type Clock, systemClock } from "./clock.ts";
import type { FailureCode } from "./failure-table.ts";
import type { PolluxOptions } from "./pollux.ts";
import { environment, type Secret } from "./request.ts";
import { plainFailure, StreamError } from "./stream-error.ts";
import type { Way } from "./ways.ts";

/** Project, locations and credentials of Vertex AI. */
export interface VertexOptions {
  /** Default: `GOOGLE_CLOUD_PROJECT`. Not needed in express mode. */
  project?: string;
  /** One, or several in the order of preference. Default: `GOOGLE_CLOUD_LOCATION`, then `global`. */
  location?: string | readonly string[];
  /** An access token; a function is asked at each attempt. See `googleToken` in `pollux/node`. */
  token?: Secret;
  /** Express mode: a key in place of a project and a token. */
  apiKey?: Secret;
  /** In place of Google's hosts. Default: `GOOGLE_VERTEX_BASE_URL`. */
  baseUrl?: string;
  /** Default: `v1beta1`. */
  apiVersion?: string;
  /** Default: `google`. */
  publisher?: string;
  clock?: Pick<Clock, "now">;
}

/** How long a location that could not serve is passed over. */
const COOL_MS = 60_000;
const LOCATIONS_MAX = 32;

/** What says something of a place, and nothing of the request. */
const MOVES_ON: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "model_not_in_location",
  "region_unsupported",
  "region_quota_zero",
  "shared_capacity_exhausted",
  "quota_per_minute",
  "quota_tokens_per_minute",
  "quota_unspecified",
  "model_overloaded",
  "service_unavailable",
  "internal",
  "google_frontend_5xx",
  "bad_gateway_proxy",
  "dns_failure",
  "conn_refused",
  "connect_timeout",
  "headers_timeout",
]);

/** `new Pollux(vertex({ project, location: ["europe-west4", "global"], token }))`. */
export function vertex(
  options: VertexOptions = {},
): Pick<PolluxOptions, "way" | "token" | "apiKey"> {
  const { token, apiKey, apiVersion = "v1beta1", publisher = "google" } = options;
  const env = environment();
  const express = apiKey !== undefined;
  const project = express ? "" : (options.project ?? env.GOOGLE_CLOUD_PROJECT ?? "");
  const locations = locationsOf(options.location ?? env.GOOGLE_CLOUD_LOCATION ?? "global", express);
  const base = options.baseUrl ?? (env.GOOGLE_VERTEX_BASE_URL || undefined);
  if (!express && token === undefined)
    refuse(
      "token",
      "give a token, e.g. googleToken() of pollux/node, or an apiKey for express mode",
    );
  if (!express && !/^[\w.:-]+$/.test(project))
    refuse("project", "give the project's id, or set GOOGLE_CLOUD_PROJECT");
  const clock = options.clock ?? systemClock;
  const cooledUntilMs = new Map<string, number>();
  const place = express ? "" : `projects/${project}/locations`;

  const urlAt = (location: string, path: string): string => {
    const host = (base ?? hostOf(location)).replace(/\/+$/, "");
    const inProject = express ? "" : `${place}/${location}/`;
    // What a model is, is the publisher's to say, and of no project.
    if (/^models(\/[^/:?]+)?(\?|$)/.test(path))
      return `${host}/${apiVersion}/publishers/${publisher}/${path}`;
    const owner = /^models\//.test(path) ? `publishers/${publisher}/` : "";
    return `${host}/${apiVersion}/${inProject}${owner}${path}`;
  };

  const way = (): Way => {
    const nowMs = clock.now();
    const isWarm = (one: string) => (cooledUntilMs.get(one) ?? 0) <= nowMs;
    // A cooled one is better than none.
    const left = [...locations.filter(isWarm), ...locations.filter((one) => !isWarm(one))];
    return {
      url: (path) => urlAt(left[0] as string, path),
      another({ code }) {
        if (!MOVES_ON.has(code)) return false;
        cooledUntilMs.set(left[0] as string, clock.now() + COOL_MS);
        if (left.length < 2) return false;
        left.shift();
        return true;
      },
    };
  };
  return { way, ...(express ? { apiKey } : { token }) };
}

/** `global` has no name of its own; two continents have one that is not a region's. */
export function hostOf(location: string): string {
  if (location === "global") return "https://aiplatform.googleapis.com";
  if (location === "us" || location === "eu")
    return `https://aiplatform.${location}.rep.googleapis.com`;
  return `https://${location}-aiplatform.googleapis.com`;
}

function locationsOf(location: string | readonly string[], express: boolean): readonly string[] {
  if (express) return ["global"];
  const list = typeof location === "string" ? location.split(",") : location;
  const names = list.map((one) => one.trim());
  if (names.length === 0 || names.length > LOCATIONS_MAX)
    refuse("location", `expected one to ${LOCATIONS_MAX} locations`);
  for (const name of names) {
    // It becomes part of a host's name.
    if (!/^[a-z][a-z0-9-]*$/.test(name))
      refuse("location", `expected a name such as europe-west4 or global, got "${name}"`);
  }
  return [...new Set(names)];
}

function refuse(field: string, problem: string): never {
  throw new StreamError(plainFailure("request_invalid", "request", `vertex: ${field}: ${problem}`));
}
