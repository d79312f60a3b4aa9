// The models the simulator knows, each with the habits of its namesake.

/** A model, and how it differs from the others. */
export interface SimModel {
  name: string;
  displayName: string;
  inputTokenLimit: number;
  outputTokenLimit: number;
  methods: readonly string[];
  /** Whether a request may end with a model turn. */
  prefill: boolean;
  thinks: boolean;
  /** Ends with an empty part that carries a thought signature; calls have ids and signatures. */
  signs: boolean;
  /** Sends continuation tokens: checkpoints, and at the end of a hop. */
  tokens: boolean;
  /** Says STOP in the middle of a turn with two rounds of code execution. */
  stopsTwice: boolean;
  /** The prompt's count shrinks in the last chunk. */
  shrinkingPrompt: boolean;
  /** Leaves out `index` on its chunks, but for the last. */
  bareIndex: boolean;
  image: boolean;
  retired?: string;
}

const GENERATE = ["generateContent", "countTokens", "createCachedContent", "batchGenerateContent"];

/** A model of your own: what is not said is as in the newest ones. */
function model(name: string, displayName: string, habits: Partial<SimModel> = {}): SimModel {
  return Object.freeze({
    name,
    displayName,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    methods: GENERATE,
    prefill: false,
    thinks: true,
    signs: true,
    tokens: false,
    stopsTwice: false,
    shrinkingPrompt: false,
    bareIndex: false,
    image: false,
    ...habits,
  });
}

const OLD = { prefill: true, signs: false } as const;

/** The models that the simulator knows. */
export const MODELS: readonly SimModel[] = Object.freeze([
  model("gemini-2.0-flash", "Gemini 2.0 Flash", {
    ...OLD,
    thinks: false,
    shrinkingPrompt: true,
    bareIndex: true,
    outputTokenLimit: 8_192,
  }),
  model("gemini-2.5-flash", "Gemini 2.5 Flash", { ...OLD, stopsTwice: true }),
  model("gemini-2.5-pro", "Gemini 2.5 Pro", { ...OLD }),
  model("gemini-2.5-flash-image", "Gemini 2.5 Flash Image", {
    ...OLD,
    image: true,
    thinks: false,
    outputTokenLimit: 32_768,
  }),
  model("gemini-3-flash-preview", "Gemini 3 Flash Preview", { prefill: true }),
  model("gemini-3.1-pro-preview", "Gemini 3.1 Pro Preview", { prefill: true }),
  model("gemini-3.5-flash", "Gemini 3.5 Flash", { prefill: true }),
  model("gemini-3.5-flash-lite", "Gemini 3.5 Flash Lite"),
  model("gemini-3.6-flash", "Gemini 3.6 Flash"),
  model("gemini-3.7-flash", "Gemini 3.7 Flash"),
  model("gemini-3.8-flash", "Gemini 3.8 Flash"),
  model("gemini-4-argon", "Gemini 4 Argon", { tokens: true, outputTokenLimit: 1_048_576 }),
  model("gemini-4-carbon", "Gemini 4 Carbon", { tokens: true, outputTokenLimit: 1_048_576 }),
  model("gemini-4-hydrogen", "Gemini 4 Hydrogen", { tokens: true, outputTokenLimit: 1_048_576 }),
  model("gemini-embedding-001", "Gemini Embedding 001", {
    methods: ["embedContent", "batchEmbedContents", "countTokens"],
    thinks: false,
    inputTokenLimit: 2_048,
    outputTokenLimit: 1,
  }),
  model("gemini-1.5-flash", "Gemini 1.5 Flash", { retired: "gemini-3.6-flash" }),
  model("gemini-pro", "Gemini Pro", { retired: "gemini-3.1-pro-preview" }),
]);

/** The model that is asked where none is named. */
export const DEFAULT_MODEL = "gemini-3.6-flash";

/** The name without what may stand before it. */
export function bareName(name: string): string {
  return name.replace(/^(models|tunedModels)\//, "").replace(/^.*\/models\//, "");
}

export function findModel(
  name: string,
  models: readonly SimModel[] = MODELS,
): SimModel | undefined {
  const bare = bareName(name);
  return models.find((one) => one.name === bare);
}

/** The usual models, and others put in their place or beside them. */
export function modelsWith(
  own: readonly (Partial<SimModel> & { name: string })[] = [],
): readonly SimModel[] {
  const named = new Set(own.map(({ name }) => name));
  const usual = MODELS.filter(({ name }) => !named.has(name));
  return [
    ...usual,
    ...own.map((one) => model(one.name, one.name, { ...findModel(one.name), ...one })),
  ];
}
