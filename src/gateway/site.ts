// Where upstream is: the Gemini API at one address with a pool of keys, or Vertex AI with a token and
// several locations. No request of a client's can lead to another host.
import type { Failure } from "../core/failures.ts";
import { failure } from "../core/failures.ts";
import { type Clock, StreamError } from "../core/index.ts";
import { type VertexOptions, vertex } from "../core/vertex.ts";
import type { GeminiRequest } from "../wire/index.ts";
import { Refusal } from "./refusal.ts";
import type { Credential, Warden } from "./warden.ts";

/** One stream's way to upstream. */
export interface Lane {
  /** The URL of a path below the API's version. */
  url(path: string): string;
  credential(): Credential | Promise<Credential>;
  /** Whether another way may do what failed on this one. */
  another(problem: Failure): boolean;
  /** The way that was taken last, by a word; from now on it takes no other. */
  via(): string | undefined;
}

export interface Site {
  readonly vertex: boolean;
  lane(version: string, model: string, via?: string): Lane;
  /** The URL for a client's own path. */
  pass(path: string, search: string): string;
  /** Whether a path that no door took may pass through; everybody's interactions, for who may list. */
  mayPass(path: string, mayList: boolean): boolean;
}

/** Vertex in place of the Gemini API. With a token it needs a project; without one the keys are express. */
export type VertexPlace = Pick<VertexOptions, "project" | "location" | "token" | "apiVersion">;

interface SiteOptions {
  baseUrl: string;
  vertex?: VertexPlace | undefined;
  warden: Warden;
  clock: Clock;
}

/** What a client of either API names, without where it believes it to be. */
const PREFIX =
  /^\/+(?:v1(?:alpha|beta)?\d*\/)?(?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/google\/)?/;
/** A path of Vertex, and the version of the Gemini API that stands for it. */
const ELSEWHERE = /^\/+v1(?:alpha|beta)?\d*\/(?:projects\/[^/]+\/locations|publishers)\//;
const VERSION = "v1beta";

/** Everybody's interactions, and models under other names, are not for passing through. */
const GUARDED = /^(?:interactions|endpoints)(?:\/|$)/;

function mayPass(path: string, mayList: boolean, isVertex: boolean): boolean {
  const inner = path.replace(PREFIX, "");
  if (GUARDED.test(inner)) return mayList && inner === "interactions";
  // What Vertex does by a method it does to models; those have a door.
  return !(inner.includes(":") && (isVertex || ELSEWHERE.test(path)));
}

export function siteOf(options: SiteOptions): Site {
  return options.vertex ? vertexSite(options, options.vertex) : geminiSite(options);
}

function geminiSite({ baseUrl, warden }: SiteOptions): Site {
  const base = new URL(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
  const urlOf = (path: string, search: string): string => {
    const url = new URL(base);
    url.pathname = `${base.pathname}${path}`.replace(/\/{2,}/g, "/");
    url.search = search;
    // Setting a path cannot change the host; that the base's own path is kept is checked here.
    if (!url.pathname.startsWith(base.pathname)) throw new Refusal("route_not_found");
    return url.href;
  };
  return {
    vertex: false,
    mayPass: (path, mayList) => mayPass(path, mayList, false),
    pass: (path, search) => {
      const own = ELSEWHERE.test(path) ? `/${VERSION}/${path.replace(PREFIX, "")}` : path;
      return urlOf(own.replace(/^\/+/, ""), search);
    },
    lane: (version, model, via) => {
      let tag = via;
      let pinned = via !== undefined;
      return {
        url: (path) => {
          const at = path.indexOf("?");
          const name = at < 0 ? path : path.slice(0, at);
          return urlOf(`${version}/${name}`, at < 0 ? "" : path.slice(at));
        },
        credential: () => {
          const credential = warden.credential(model, pinned ? tag : undefined);
          tag = credential.tag;
          return credential;
        },
        another: (problem) => !pinned && warden.hasAnother(model, problem),
        via: () => {
          pinned = true;
          return tag;
        },
      };
    },
  };
}

function vertexSite({ baseUrl, warden, clock }: SiteOptions, place: VertexPlace): Site {
  const { token } = place;
  const own = { ...place, clock, ...(baseUrl !== "" && { baseUrl }) };
  // The pool holds the keys of express mode; here they only say that there is no project.
  const at = (location?: string) =>
    vertex({ ...own, ...(location && { location }), ...(!token && { apiKey: "express" }) });
  const all = at();
  const start = (via: string | undefined) => {
    const way = (via === undefined ? all : at(via)).way?.();
    if (!way) throw new TypeError("Vertex has no way.");
    return way;
  };
  return {
    vertex: true,
    mayPass: (path, mayList) => mayPass(path, mayList, true),
    pass: (path, search) => start(undefined).url(path.replace(PREFIX, "") + search),
    lane: (_version, model, via) => {
      const way = start(via);
      let pinned = via !== undefined;
      return {
        url: (path) => way.url(path),
        credential: () => (token ? bearerOf(token) : warden.credential(model)),
        another: (problem) => {
          if (pinned) return false;
          return way.another(problem) || (!token && warden.hasAnother(model, problem));
        },
        via: () => {
          pinned = true;
          return /\/locations\/([^/]+)\//.exec(way.url("interactions"))?.[1];
        },
      };
    },
  };
}

async function bearerOf(token: NonNullable<VertexPlace["token"]>): Promise<Credential> {
  let bearer: string | undefined;
  try {
    bearer = typeof token === "function" ? await token() : token;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new StreamError(failure("oauth_invalid", `No access token: ${said}`));
  }
  if (!bearer) throw new StreamError(failure("oauth_invalid", "No access token was found."));
  return { name: "token", headers: { authorization: `Bearer ${bearer}` }, done: () => {} };
}

/** Vertex wants to be told whose turn it is; the Gemini API guesses. */
export function withRoles<T extends GeminiRequest>(request: T): T {
  const { contents } = request;
  if (!Array.isArray(contents) || contents.every(({ role }) => role)) return request;
  return { ...request, contents: contents.map((one) => ({ ...one, role: one.role ?? "user" })) };
}
