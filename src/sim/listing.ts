// What is asked of models besides answers: their list, in Gemini's form and in OpenAI's, counts of
// tokens, and embeddings.
import type { GeminiRequest } from "../wire/index.ts";
import type { SimModel } from "./models.ts";
import { hash, random } from "./random.ts";
import { tokensOf } from "./speech.ts";

const PAGE_MAX = 1_000;
const PAGE_DEFAULT = 50;
const EMBEDDING_SIZE = 64;

export function modelInfo(model: SimModel) {
  return {
    name: `models/${model.name}`,
    version: "001",
    displayName: model.displayName,
    description: `Simulated ${model.displayName}`,
    inputTokenLimit: model.inputTokenLimit,
    outputTokenLimit: model.outputTokenLimit,
    supportedGenerationMethods: model.methods,
    ...(model.thinks && { thinking: true }),
  };
}

/** Vertex tells less of a model, under another name. */
export function publisherModel({ name }: SimModel) {
  return { name: `publishers/google/models/${name}`, versionId: "default", launchStage: "GA" };
}

const current = (models: readonly SimModel[]) => models.filter((model) => !model.retired);

export function listModels(url: URL, models: readonly SimModel[], vertex = false) {
  const asked = Number(url.searchParams.get("pageSize")) || PAGE_DEFAULT;
  const size = Math.min(PAGE_MAX, Math.max(1, Math.floor(asked)));
  const from = Math.max(0, Math.floor(Number(url.searchParams.get("pageToken"))) || 0);
  const all = current(models);
  const next = from + size < all.length ? { nextPageToken: String(from + size) } : {};
  const page = all.slice(from, from + size);
  return vertex
    ? { publisherModels: page.map(publisherModel), ...next }
    : { models: page.map(modelInfo), ...next };
}

export function openAiModels(models: readonly SimModel[]) {
  const data = current(models).map(({ name }) => ({
    id: `models/${name}`,
    object: "model",
    owned_by: "google",
  }));
  return { object: "list", data };
}

export function countOf(request: GeminiRequest) {
  const inner = request.generateContentRequest as GeminiRequest | undefined;
  const totalTokens = tokensOf(JSON.stringify(request.contents ?? inner?.contents ?? ""));
  return { totalTokens, promptTokensDetails: [{ modality: "TEXT", tokenCount: totalTokens }] };
}

/** One embedding, or as many as `requests` holds. */
export function embeddingOf(request: GeminiRequest) {
  if (!Array.isArray(request.requests)) return { embedding: embedding(request.content) };
  return {
    embeddings: request.requests.map((one: { content?: unknown }) => embedding(one.content)),
  };
}

export function embedding(content: unknown): { values: number[] } {
  const r = random(hash(JSON.stringify(content ?? "")));
  const values = Array.from(
    { length: EMBEDDING_SIZE },
    () => Math.round(r.next() * 2e6 - 1e6) / 1e6,
  );
  return { values };
}
