// Where the examined path leads: address, key, model, and the proxy that stands before it.
import { hostOf } from "../core/vertex.ts";
import type { World } from "./world.ts";

const GOOGLE = "https://generativelanguage.googleapis.com";

/** Vertex in place of the Gemini API; without a project it is express mode, with a key. */
export interface VertexTarget {
  project?: string | undefined;
  location: string;
}

export interface TargetOptions {
  baseUrl?: string | undefined;
  vertex?: VertexTarget | undefined;
  model: string;
  /** The variable that holds the key. */
  keyEnv?: string | undefined;
  /** Which path: as the environment says, through a given proxy, or past all of them. */
  via?: "direct" | "environment" | { proxy: string } | undefined;
  gateway?: string | undefined;
  statusPage?: string | undefined;
  /** The address wants no key, as a gateway on one's own machine. */
  keyless?: boolean | undefined;
  /** A request of one's own, asked as a stream after the smallest one. */
  request?: Readonly<Record<string, unknown>> | undefined;
  /** The API's checks ask the simulator. */
  simulated?: boolean | undefined;
}

export interface Target {
  baseUrl: string;
  vertex: VertexTarget | undefined;
  /** Below the base: where the models are asked, and where they are listed. */
  modelsAt: string;
  listedAt: string;
  /** It goes out as a bearer token, not as a key. */
  bearer: boolean;
  url: URL | undefined;
  host: string;
  port: number;
  secure: boolean;
  /** The machine is asked by itself: no name, no proxy. */
  local: boolean;
  model: string;
  key: string | undefined;
  keyEnv: string | undefined;
  keyless: boolean;
  request: Readonly<Record<string, unknown>> | undefined;
  proxy: string | undefined;
  proxyFrom: string;
  gateway: string | undefined;
  statusPage: string | undefined;
  simulated: boolean;
}

export function targetOf(world: World, options: TargetOptions): Target {
  const { env } = world;
  const { vertex } = options;
  const usual = vertex
    ? env.GOOGLE_VERTEX_BASE_URL || hostOf(vertex.location)
    : env.GOOGLE_GEMINI_BASE_URL || GOOGLE;
  const baseUrl = (options.baseUrl ?? usual).replace(/\/+$/, "");
  const bearer = vertex?.project !== undefined;
  const url =
    /^https?:\/\/[^/\s]/.test(baseUrl) && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const usualEnv = ["GEMINI_API_KEY", "GOOGLE_API_KEY"].find((name) => env[name] !== undefined);
  const keyEnv = options.keyEnv ?? (bearer ? undefined : usualEnv);
  const secure = url?.protocol === "https:";
  const host = url?.hostname.replace(/^\[|\]$/g, "") ?? "";
  return {
    baseUrl,
    vertex,
    ...pathsOf(vertex),
    bearer,
    url,
    host,
    port: Number(url?.port) || (secure ? 443 : 80),
    secure,
    local: /^(127\.|::1$|localhost$)/.test(host),
    model: options.model,
    key: keyEnv === undefined ? undefined : env[keyEnv],
    keyEnv,
    keyless: options.keyless === true,
    request: options.request,
    ...proxyOf(env, url, options.via),
    gateway: options.gateway?.replace(/\/+$/, ""),
    statusPage: options.statusPage,
    simulated: options.simulated === true,
  };
}

function pathsOf(vertex: VertexTarget | undefined): Pick<Target, "modelsAt" | "listedAt"> {
  if (!vertex) return { modelsAt: "v1beta", listedAt: "v1beta" };
  const { project, location } = vertex;
  const listedAt = "v1beta1/publishers/google";
  const place = `v1beta1/projects/${project}/locations/${location}/publishers/google`;
  return { modelsAt: project === undefined ? listedAt : place, listedAt };
}

type Env = World["env"];

function proxyOf(
  env: Env,
  url: URL | undefined,
  via: TargetOptions["via"] = "environment",
): { proxy: string | undefined; proxyFrom: string } {
  if (typeof via === "object") return { proxy: via.proxy, proxyFrom: "--via-proxy" };
  const names =
    url?.protocol === "http:" ? ["http_proxy", "HTTP_PROXY"] : ["https_proxy", "HTTPS_PROXY"];
  const name = names.find((one) => env[one]);
  if (via === "direct" || name === undefined || url === undefined)
    return { proxy: undefined, proxyFrom: "" };
  const rule = spared(env.no_proxy ?? env.NO_PROXY ?? "", url);
  return rule === undefined
    ? { proxy: env[name], proxyFrom: name }
    : { proxy: undefined, proxyFrom: `NO_PROXY has ${rule}` };
}

/** The entry of NO_PROXY that spares this address. */
function spared(noProxy: string, url: URL): string | undefined {
  const host = url.hostname.toLowerCase();
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .find((entry) => {
      const [name = "", port] = entry.replace(/^\*?\./, "").split(":");
      if (entry === "*") return true;
      if (name === "" || (port && port !== url.port)) return false;
      return host === name || host.endsWith(`.${name}`);
    });
}
