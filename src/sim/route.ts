// Where a request goes: the paths of the Developer API, of Vertex, of the OpenAI-compatible form,
// and the simulator's own.

export type Route =
  | {
      kind: "generate";
      verb:
        | "streamGenerateContent"
        | "generateContent"
        | "countTokens"
        | "embedContent"
        | "batchEmbedContents";
      model: string;
      version: string;
    }
  | { kind: "models"; version: string }
  | { kind: "model"; model: string; version: string }
  | { kind: "openai-chat" }
  | { kind: "openai-models" }
  | { kind: "control"; what: "index" | "requests" | "scenarios" }
  | { kind: "unknown" };

const VERBS = new Set([
  "streamGenerateContent",
  "generateContent",
  "countTokens",
  "embedContent",
  "batchEmbedContents",
]);

export function routeOf(url: URL): Route {
  const path = decodeURIComponent(url.pathname).replace(/\/{2,}/g, "/");
  if (path === "/sim" || path === "/sim/") return { kind: "control", what: "index" };
  if (path === "/sim/requests") return { kind: "control", what: "requests" };
  if (path === "/sim/scenarios") return { kind: "control", what: "scenarios" };
  const version = /^\/(v\d\w*)\//.exec(path)?.[1] ?? "v1beta";
  if (/\/openai\/chat\/completions$/.test(path) || /\/openapi\/chat\/completions$/.test(path))
    return { kind: "openai-chat" };
  if (/\/openai\/models(\/[^/]+)?$/.test(path)) return { kind: "openai-models" };
  const generate = /\/((?:models|tunedModels)\/[^/:]+):(\w+)$/.exec(path);
  if (generate && VERBS.has(generate[2] as string)) {
    return { kind: "generate", verb: generate[2] as never, model: generate[1] as string, version };
  }
  if (/\/models\/?$/.test(path)) return { kind: "models", version };
  const one = /\/(models\/[^/:]+)$/.exec(path);
  if (one) return { kind: "model", model: one[1] as string, version };
  return { kind: "unknown" };
}
