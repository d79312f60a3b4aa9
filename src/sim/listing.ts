// The lists of models, in Gemini's form and in OpenAI's.
import { MODELS, type SimModel } from "./models.ts";

const PAGE_MAX = 1_000;
const PAGE_DEFAULT = 50;

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

const current = () => MODELS.filter((model) => !model.retired);

export function listModels(url: URL) {
  const size = Math.min(
    PAGE_MAX,
    Math.max(1, Number(url.searchParams.get("pageSize")) || PAGE_DEFAULT),
  );
  const from = Number(url.searchParams.get("pageToken")) || 0;
  const all = current();
  const next = from + size < all.length ? { nextPageToken: String(from + size) } : {};
  return { models: all.slice(from, from + size).map(modelInfo), ...next };
}

export function openAiModels() {
  const data = current().map(({ name }) => ({
    id: `models/${name}`,
    object: "model",
    owned_by: "google",
  }));
  return { object: "list", data };
}
