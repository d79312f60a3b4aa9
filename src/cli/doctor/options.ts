// Flags and environment → what to examine, and by which ways.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { CHECKS, type ExamineOptions, type VertexTarget, type Way } from "../../doctor/index.ts";
import { DEFAULT_MODEL } from "../../sim/index.ts";
import type { Io, Option, Parsed } from "../commands/command.ts";
import { EXIT, UsageError } from "../exit.ts";
import { number } from "../input/args.ts";

export const TARGET_OPTIONS: Readonly<Record<string, Option>> = Object.freeze({
  model: { type: "string", short: "m", value: "NAME", help: `model (default ${DEFAULT_MODEL})` },
  upstream: { type: "string", value: "URL", help: "base URL to examine instead of Google's" },
  vertex: { type: "boolean", help: "examine Vertex AI, with a token in place of a key" },
  project: { type: "string", value: "ID", help: "of Vertex; none with a key is express mode" },
  location: { type: "string", value: "NAME", help: "of Vertex (default global)" },
  gateway: {
    type: "string",
    value: "URL",
    help: "examine a Pollux gateway too; with --direct: compare the two ways",
  },
  "key-env": {
    type: "string",
    value: "NAME",
    multiple: true,
    help: "variable that holds the key; given twice: compare two keys",
  },
  "via-proxy": {
    type: "string",
    value: "URL",
    help: "go through this proxy; with --direct: compare the two ways",
  },
  direct: { type: "boolean", help: "go past every proxy" },
  request: {
    type: "string",
    value: "FILE",
    help: "also ask this generateContent request (JSON), as a stream",
  },
  "status-page": { type: "string", value: "URL", help: "status page to look at" },
  only: {
    type: "string",
    value: "IDS",
    help: "only these checks, with commas, and what they need",
  },
  offline: { type: "boolean", help: "nothing leaves the machine; the simulator answers" },
  sim: { type: "boolean", help: "the simulator answers for Gemini" },
  timeout: { type: "string", value: "SECONDS", help: "time of each check (default 15)" },
});

export type PlannedWay = Omit<Way, "report"> & { options: ExamineOptions };

export function optionsOf(parsed: Parsed, io: Io, env: Io["env"]): ExamineOptions {
  const { values } = parsed as { values: Record<string, string | undefined> };
  const flag = (name: string) => parsed.values[name] === true;
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
  const vertex = flag("vertex") ? vertexOf(values, env, hasKey || flag("sim")) : undefined;
  return {
    vertex,
    model: values.model ?? (env.POLLUX_MODEL || DEFAULT_MODEL),
    baseUrl: values.upstream,
    gateway: values.gateway,
    statusPage: values["status-page"] ?? env.POLLUX_STATUS_PAGE,
    keyEnv: values["key-env"] ?? (vertex?.project && (env.POLLUX_TOKEN_ENV || undefined)),
    via: values["via-proxy"]
      ? { proxy: values["via-proxy"] }
      : flag("direct")
        ? "direct"
        : "environment",
    simulated: flag("sim") || !(hasKey || hasAddress || vertex),
    offline: flag("offline"),
    only,
    ...(values.request !== undefined && { request: requestIn(values.request, io.cwd) }),
    ...(seconds !== undefined && { timeoutMs: seconds * 1000 }),
  };
}

function vertexOf(
  values: Record<string, string | undefined>,
  env: Io["env"],
  mayBeExpress: boolean,
): VertexTarget {
  const project = values.project ?? (env.GOOGLE_CLOUD_PROJECT || undefined);
  const location = values.location ?? (env.GOOGLE_CLOUD_LOCATION?.split(",")[0] || "global");
  if (!/^[a-z][a-z0-9-]*$/.test(location))
    throw new UsageError(
      `--location: expected a name such as europe-west4 or global, got "${location}"`,
    );
  if (project !== undefined && !/^[\w.:-]+$/.test(project))
    throw new UsageError(`--project: expected a project's id, got "${project}"`);
  if (project === undefined && !mayBeExpress)
    throw new UsageError("--vertex: give a project (--project ID), or a key for express mode");
  return { project, location };
}

/** Two ways where the flags name two, otherwise nothing. */
export function waysOf(
  parsed: Parsed,
  options: ExamineOptions,
  env: Io["env"],
): readonly [PlannedWay, PlannedWay] | undefined {
  const { values, lists } = parsed;
  const keys = lists["key-env"] ?? [];
  const direct = values.direct === true;
  const pairs = [
    keys.length > 1 && "--key-env",
    direct && values["via-proxy"] !== undefined && "--via-proxy",
    direct && values.gateway !== undefined && "--gateway",
  ].filter((one) => one !== false);
  if (pairs.length > 1)
    throw new UsageError(`${pairs.join(" and ")}: compare one pair of ways at a time`);
  if (keys.length > 2) throw new UsageError("--key-env: two keys at most can be compared");
  // Only what was asked for answers here: the simulator would hide the difference.
  const base = { ...options, simulated: values.sim === true, gateway: undefined };
  const past: PlannedWay = {
    name: "direct",
    kind: "direct",
    options: { ...base, via: "direct" },
  };
  if (pairs[0] === "--via-proxy")
    return [{ name: "via the proxy", kind: "proxy", options: base }, past];
  if (pairs[0] === "--gateway") {
    const token = env.POLLUX_TOKEN ? { keyEnv: "POLLUX_TOKEN" } : { keyless: true };
    const through = {
      ...base,
      vertex: undefined,
      baseUrl: options.gateway,
      via: "direct" as const,
      ...token,
    };
    return [{ name: "via the gateway", kind: "gateway", options: through }, past];
  }
  const [one, other] = keys;
  if (one === undefined || other === undefined) return undefined;
  const withKey = (keyEnv: string): PlannedWay => ({
    name: keyEnv,
    kind: "key",
    options: { ...base, gateway: options.gateway, keyEnv },
  });
  return [withKey(one), withKey(other)];
}

function requestIn(file: string, cwd: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    throw new UsageError(
      `--request: cannot read ${file}: ${(error as NodeJS.ErrnoException).code}; check the path`,
      EXIT.usage,
    );
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "contents" in value)
      return value as Record<string, unknown>;
  } catch {
    throw new UsageError(`--request: ${file} is no JSON; save the body of the request in it`);
  }
  throw new UsageError(
    `--request: ${file} has no "contents"; save the body of a generateContent request in it`,
  );
}
