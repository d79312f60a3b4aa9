// How patient a stream is: the model's own traits, under what the client and the request say.
import { EVENT_BYTES_MAX } from "../wire/index.ts";
import { type Clocks, traitsOf } from "./models.ts";

/** How long and how often to try; what is left out has a default. */
export interface Patience {
  maxAttempts?: number | undefined;
  deadlineMs?: number | undefined;
  resume?: "auto" | "off" | undefined;
  clocks?: Partial<Clocks> | undefined;
  maxEventBytes?: number | undefined;
  /** Whether a model, by name, takes a request that ends with a model turn. */
  prefill?: ((model: string) => boolean | undefined) | undefined;
}

const MAX_ATTEMPTS = 5;
const DEADLINE_MS = 30 * 60_000;

/** Later ones win. */
export function settingsOf(model: string, ...all: readonly Patience[]) {
  const traits = traitsOf(model);
  const settings = {
    clocks: traits.clocks,
    deadlineMs: DEADLINE_MS,
    maxAttempts: MAX_ATTEMPTS,
    resume: "auto" as "auto" | "off",
    eventBytesMax: EVENT_BYTES_MAX,
    prefill: traits.prefill,
  };
  for (const { clocks, deadlineMs, maxAttempts, resume, maxEventBytes, prefill } of all) {
    settings.clocks = { ...settings.clocks, ...clocks };
    settings.deadlineMs = deadlineMs ?? settings.deadlineMs;
    settings.maxAttempts = maxAttempts ?? settings.maxAttempts;
    settings.resume = resume ?? settings.resume;
    settings.eventBytesMax = maxEventBytes ?? settings.eventBytesMax;
    settings.prefill = prefill?.(model) ?? settings.prefill;
  }
  return settings;
}
