// What the server keeps of interactions: each as a list of events with the time at which each happens,
// so a run goes on whether anybody reads it or not. Kept for a day, as on the free tier.
import type { GeminiRequest } from "../../wire/index.ts";
import type { Interaction, InteractionEvent, InteractionRequest } from "../../wire/interactions.ts";
import { type Entry, EVENT, stamp, stepsOfEntries } from "./entries.ts";

const KEPT_MAX = 1_000;
const RETENTION_MS: number = 24 * 60 * 60_000;

export interface Kept {
  id: string;
  /** The prompt, the same for every request about this answer. */
  key: string;
  model: string;
  request: InteractionRequest;
  /** With the history before it. */
  gemini: GeminiRequest;
  background: boolean;
  startMs: number;
  startDate: Date;
  ttftMs: number;
  delayMs: number;
  entries: readonly Entry[];
  truth: string;
  /** Cancelled by a call, or because its only reader left. */
  cancelled: boolean;
  deleted: boolean;
}

/** One interaction as a test sees it. */
export interface InteractionSeen {
  id: string;
  status: string;
  background: boolean;
  /** Made to go on with an answer, by its token. */
  hop: boolean;
  deleted: boolean;
}

export class KeptInteractions {
  readonly retentionMs: number;
  private readonly byId = new Map<string, Kept>();

  constructor(retentionMs: number = RETENTION_MS) {
    this.retentionMs = retentionMs;
  }

  add(kept: Kept): void {
    if (this.byId.size >= KEPT_MAX) this.byId.delete(this.byId.keys().next().value as string);
    this.byId.set(kept.id, kept);
  }

  /** It was refused after all. */
  unmake({ id }: Kept): void {
    this.byId.delete(id);
  }

  get(id: string, nowMs: number): Kept | undefined {
    const kept = this.byId.get(id);
    return kept && !kept.deleted && nowMs - kept.startMs < this.retentionMs ? kept : undefined;
  }

  seen(nowMs: number): InteractionSeen[] {
    return [...this.byId.values()].map((kept) => ({
      id: kept.id,
      status: statusOf(kept, nowMs),
      background: kept.background,
      hop: kept.request.continuation_token !== undefined,
      deleted: kept.deleted,
    }));
  }
}

/** When the event at this place happens. */
export function dueMs({ startMs, ttftMs, delayMs }: Kept, at: number): number {
  return startMs + (at === 0 ? 0 : ttftMs + (at - 1) * delayMs);
}

export function happened(kept: Kept, nowMs: number): readonly Entry[] {
  const { entries } = kept;
  const count = entries.findIndex((_, i) => dueMs(kept, i) > nowMs);
  return count < 0 ? entries : entries.slice(0, count);
}

export function statusOf(kept: Kept, nowMs: number): string {
  const last = happened(kept, nowMs).at(-1)?.event;
  if (kept.cancelled) return "cancelled";
  if (last?.event_type === "error") return "failed";
  if (last?.event_type !== "interaction.completed") return "in_progress";
  return last.interaction?.status ?? "completed";
}

/** Ends here: nothing after what happened so far. */
export function cancel(kept: Kept, entries: readonly Entry[]): InteractionEvent {
  const { id, model } = kept;
  const interaction = { id, status: "cancelled", object: "interaction", model };
  const event_id = `evt_${entries.length + 1}`;
  const event: InteractionEvent = {
    event_type: "interaction.completed",
    interaction,
    ...(kept.background && { event_id }),
  };
  const end = { content: { role: "model" }, finishReason: "CANCELLED", index: 0 };
  kept.entries = [...entries, { event, chunk: { candidates: [end], [EVENT]: event } }];
  kept.cancelled = true;
  return event;
}

export function resourceOf(kept: Kept, nowMs: number, withInput: boolean): Interaction {
  const entries = happened(kept, nowMs);
  const end = entries.findLast(({ event }) => event.event_type === "interaction.completed")?.event;
  const failed = entries.find(({ event }) => event.event_type === "error")?.event.error;
  const { usage, continuation_token } = end?.interaction ?? {};
  const { previous_interaction_id, input } = kept.request;
  const steps = stepsOfEntries(entries);
  const content = [{ type: "text", text: typeof input === "string" ? input : "" }];
  return {
    id: kept.id,
    status: statusOf(kept, nowMs),
    object: "interaction",
    model: kept.model,
    created: stamp(kept.startDate),
    updated: stamp(kept.startDate),
    ...(previous_interaction_id !== undefined && { previous_interaction_id }),
    ...(usage && { usage }),
    ...(continuation_token && { continuation_token }),
    ...(failed && { errors: [failed] }),
    ...(withInput && { input }),
    steps: withInput ? [{ type: "user_input", content }, ...steps] : steps,
  };
}
