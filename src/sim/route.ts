// Where a request goes: the paths of the Developer API, of Vertex, of the OpenAI-compatible form,
// and the simulator's own.

type Verb =
  | "streamGenerateContent"
  | "generateContent"
  | "countTokens"
  | "embedContent"
  | "batchEmbedContents";

/** Where models are called by a path: which API, which surface. */
export interface Surface {
  version: string;
  /** Under `projects/…/locations/…`, where only OAuth is taken. */
  project: boolean;
  vertex: boolean;
}

export type Route =
  | ({ kind: "generate"; verb: Verb; model: string } & Surface)
  | ({ kind: "models" } & Surface)
  | ({ kind: "model"; model: string } & Surface)
  | ({ kind: "interactions"; id: string | undefined; verb: "cancel" | undefined } & Surface)
  | { kind: "openai-chat" }
  | { kind: "openai-models" }
  | { kind: "openai-embeddings" }
  | { kind: "control"; what: ControlRoute }
  | { kind: "unknown" };

export type ControlRoute = "index" | "requests" | "scenarios" | "elsewhere" | "loop";

const CONTROLS: readonly string[] = ["index", "requests", "scenarios", "elsewhere", "loop"];
const VERBS: readonly string[] = [
  "streamGenerateContent",
  "generateContent",
  "countTokens",
  "embedContent",
  "batchEmbedContents",
];
const UNKNOWN: Route = { kind: "unknown" };

export function routeOf(url: URL): Route {
  const path = decoded(url.pathname)
    .replace(/\/{2,}/g, "/")
    .replace(/(?<=.)\/$/, "");
  const control = /^\/sim(?:\/([a-z]+))?$/.exec(path);
  if (control) {
    const what = control[1] ?? "index";
    return CONTROLS.includes(what) ? { kind: "control", what: what as ControlRoute } : UNKNOWN;
  }
  // A base URL may bring a path of its own before the version.
  const versioned = /^(?:\/[^/]+)*?\/(v1|v1beta|v1alpha|v1beta1)(\/.*)$/.exec(path);
  const version = versioned?.[1] ?? "v1beta";
  let rest = versioned?.[2] ?? path;
  const inProject = /^\/projects\/[^/]+\/locations\/[^/]+(\/.*)$/.exec(rest);
  rest = inProject?.[1] ?? rest;
  const openai = /^\/(?:openai|endpoints\/openapi)\/(.+)$/.exec(rest)?.[1];
  if (openai === "chat/completions") return { kind: "openai-chat" };
  if (openai === "embeddings") return { kind: "openai-embeddings" };
  if (openai !== undefined)
    return /^models(\/|$)/.test(openai) ? { kind: "openai-models" } : UNKNOWN;
  const interaction = /^\/interactions(?:\/([^/]+)(?:\/(cancel))?)?$/.exec(rest);
  if (interaction) {
    const [, id, verb] = interaction;
    const vertex = inProject !== null;
    const surface = { version, project: vertex, vertex };
    return { kind: "interactions", id, verb: verb as "cancel" | undefined, ...surface };
  }
  const published = /^\/publishers\/[^/]+(\/models.*)$/.exec(rest)?.[1];
  const project = inProject !== null;
  return modelRoute(published ?? rest, { version, project, vertex: project || !!published });
}

function modelRoute(path: string, surface: Surface): Route {
  if (path === "/models") return { kind: "models", ...surface };
  const found = /^\/((?:models|tunedModels)\/[^/:]+)(?::(\w+))?$/.exec(path);
  const model = found?.[1];
  if (!found || model === undefined) return UNKNOWN;
  const verb = found[2];
  if (verb === undefined) return { kind: "model", model, ...surface };
  return VERBS.includes(verb)
    ? { kind: "generate", verb: verb as Verb, model, ...surface }
    : UNKNOWN;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
