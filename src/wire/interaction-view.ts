// The events of an interaction → chunks, as a reader of generateContent would get them. It keeps its
// place in every step, so a body that tells again what was told yields only what is new.
import type { GeminiCandidate, GeminiChunk, GeminiPart } from "./gemini.ts";
import type { Interaction, InteractionEvent, InteractionStep } from "./interaction.ts";
import { citationsOf, endOfStatus, geminiUsageOf, partsOfStep } from "./interaction-parts.ts";
import {
  eventsOfStep,
  isWhole,
  legacyStep,
  partOfDelta,
  shortened,
  tokenOf,
  wordOf,
} from "./interaction-pieces.ts";
import { isRecord, soundDelta, soundStep } from "./interaction-sound.ts";

const STEPS_MAX = 10_000;

/** A chunk of an interaction: beside what it means, the event that it came as. */
export interface InteractionChunk extends GeminiChunk {
  interactionEvent: InteractionEvent;
}

/** One step, as far as it was told, and how far this body has come in it. */
interface Telling {
  step: InteractionStep;
  text: string;
  thought: string;
  args: string;
  others: number;
  stopped: boolean;
  at: { text: number; thought: number; args: number; others: number };
}

type Run = "text" | "thought" | "args";

/** Events of an interaction → chunks, as a reader of generateContent would get them. */
export class InteractionView {
  id: string | undefined;
  model: string | undefined;
  /** The newest event that has an id: a stored stream may be read on from there. */
  eventId: string | undefined;
  /** The newest continuation token, and the interaction that gave it. */
  issued: { token: string; id: string | undefined } | undefined;
  /** Characters of answer text told so far. */
  textChars = 0;
  /** The interaction exists at the server. */
  created = false;
  /** Its last event came. */
  ended = false;
  /** A body told again told otherwise: it is not the same answer. */
  diverged = false;
  private readonly steps = new Map<number, Telling>();
  /** A body that begins anew tells nothing new yet. */
  private catchingUp = false;

  /** The next body tells everything from the start, or goes on after `eventId`. */
  again(from: "start" | "event"): void {
    this.ended = false;
    if (from === "event" && this.eventId !== undefined) return;
    this.catchingUp = this.created;
    for (const one of this.steps.values()) one.at = { text: 0, thought: 0, args: 0, others: 0 };
  }

  /** Its end is to be told once more. */
  reopen(): void {
    this.ended = false;
    this.eventId = undefined;
  }

  /** Its place is not the reader's: the next body is told whole and joined by its text. */
  forget(): void {
    const { id, model } = this;
    this.anew();
    this.id = id;
    this.model = model;
  }

  /** The next body is of another interaction. */
  anew(): void {
    this.steps.clear();
    this.id = undefined;
    this.eventId = undefined;
    this.textChars = 0;
    this.created = false;
    this.ended = false;
    this.catchingUp = false;
  }

  /** What the event tells that was not told before, if anything. */
  read(event: InteractionEvent): InteractionChunk | undefined {
    const { event_id: eventId } = event;
    if (typeof eventId === "string" && eventId !== "") {
      if (eventId === this.eventId && !this.catchingUp) return undefined;
      if (!this.catchingUp) this.eventId = eventId;
    }
    if (event.error !== undefined) return { error: event.error, interactionEvent: event };
    switch (event.event_type) {
      case "step.delta":
      case "content.delta":
        return this.delta(event);
      case "step.start":
      case "content.start":
        return this.start(event);
      case "step.stop":
      case "content.stop":
        return this.stop(event);
      case "interaction.created":
      case "interaction.start":
        return this.creation(event);
      case "interaction.completed":
      case "interaction.complete":
        return this.completion(event);
      default:
        return this.update(event);
    }
  }

  /** The whole resource, where a server gives that in place of events. */
  readWhole(whole: Interaction): InteractionChunk[] {
    const steps = Array.isArray(whole.steps) ? whole.steps.map(soundStep) : [];
    this.again("start");
    const { steps: _, ...interaction } = whole;
    const said = steps.filter(({ type }) => type !== "user_input");
    for (const [index, step] of said.entries()) {
      const telling = this.steps.get(index);
      // A call that was told in part is whole here.
      if (telling && isWhole(step) && !telling.stopped) Object.assign(telling, { step, args: "" });
    }
    const events: InteractionEvent[] = [
      { event_type: "interaction.created", interaction },
      ...said.flatMap(eventsOfStep),
      { event_type: "interaction.completed", interaction },
    ];
    return events.flatMap((event) => this.read(event) ?? []);
  }

  private creation(event: InteractionEvent): InteractionChunk | undefined {
    const { id, model, agent } = isRecord(event.interaction) ? event.interaction : {};
    // A server that ignores where to go on from begins anew.
    const known = this.created && (typeof id !== "string" || id === this.id);
    if (known && !this.catchingUp) this.again("start");
    this.created = true;
    this.id ??= wordOf(id);
    this.model ??= wordOf(model) ?? wordOf(agent);
    if (known) {
      this.catchingUp = this.steps.size > 0;
      return undefined;
    }
    return { ...this.around(event), interactionEvent: event };
  }

  private update(event: InteractionEvent): InteractionChunk | undefined {
    this.created = true;
    this.id ??= wordOf(event.interaction_id);
    if (this.catchingUp) return undefined;
    const continuationToken = tokenOf(event);
    if (continuationToken) this.issued = { token: continuationToken, id: this.id };
    const candidates = continuationToken && { candidates: [{ index: 0, continuationToken }] };
    return { ...candidates, ...this.around(event), interactionEvent: event };
  }

  private completion(event: InteractionEvent): InteractionChunk {
    const interaction = isRecord(event.interaction) ? event.interaction : {};
    const { status, errors } = interaction;
    const token = tokenOf(interaction);
    this.ended = true;
    this.catchingUp = false;
    const { error, ...finish } = endOfStatus(status, errors);
    if (error) return { error, interactionEvent: event };
    const candidate: GeminiCandidate = { content: { role: "model" }, ...finish, index: 0 };
    if (token) {
      candidate.continuationToken = token;
      this.issued = { token, id: this.id };
    }
    return { candidates: [candidate], ...this.around(event), interactionEvent: event };
  }

  private start(event: InteractionEvent): InteractionChunk | undefined {
    const step = event.step ? soundStep(event.step) : legacyStep(event.content);
    const { index = 0 } = event;
    const known = this.steps.get(index);
    const telling = known ?? this.begin(index, step);
    if (!telling) return this.tell(event, []);
    // What a call is given at its start is complete only at its end.
    if (isWhole(step)) return known ? undefined : this.tell(event, []);
    const parts = partsOfStep(step).flatMap((part): GeminiPart[] => {
      const fresh = this.fresh(telling, part);
      return fresh ? [fresh] : [];
    });
    if (!known) return this.tell(event, parts);
    const [part] = parts;
    if (!part) return undefined;
    // Told again, it begins nothing: only what is new of its text is told.
    const delta = { type: "text", text: part.text ?? "" };
    return this.tell({ event_type: "step.delta", index, delta }, [part]);
  }

  private begin(index: number, step: InteractionStep): Telling | undefined {
    if (this.steps.size >= STEPS_MAX) return undefined;
    const at = { text: 0, thought: 0, args: 0, others: 0 };
    const telling = { step, text: "", thought: "", args: "", others: 0, stopped: false, at };
    this.steps.set(index, telling);
    return telling;
  }

  private delta(event: InteractionEvent): InteractionChunk | undefined {
    const { index = 0 } = event;
    const delta = soundDelta(event.delta);
    if (!delta) return this.tell(event, []);
    const telling = this.steps.get(index) ?? this.begin(index, { type: "model_output" });
    if (!telling) return this.tell(event, [partOfDelta(delta) ?? {}]);
    if (delta.type === "arguments_delta") {
      const text = typeof delta.arguments === "string" ? delta.arguments : "";
      const fresh = this.beyond(telling, "args", text);
      return fresh === "" && text !== "" ? undefined : this.tell(event, []);
    }
    if (delta.type === "text_annotation_delta" || delta.type === "text_annotation") {
      if (!this.isFresh(telling)) return undefined;
      const citationSources = citationsOf(delta.annotations ?? []);
      const candidates = [{ index: 0, citationMetadata: { citationSources } }];
      return { candidates, ...this.around(event), interactionEvent: event };
    }
    if (delta.type.endsWith("_call") || delta.type.endsWith("_result")) {
      if (!this.isFresh(telling)) return undefined;
      telling.step = { ...telling.step, ...delta } as InteractionStep;
      return this.tell(event, []);
    }
    const part = partOfDelta(delta);
    if (!part) return this.tell(event, []);
    const fresh = this.fresh(telling, part);
    return fresh && this.tell(event, [fresh]);
  }

  private stop(event: InteractionEvent): InteractionChunk | undefined {
    const telling = this.steps.get(event.index ?? 0);
    if (!telling) return this.tell(event, []);
    if (telling.stopped) return undefined;
    telling.stopped = true;
    if (!isWhole(telling.step)) return this.tell(event, []);
    const step = withArguments(telling);
    if (!step) {
      const message = `The arguments of ${telling.step.name ?? "a call"} are no JSON.`;
      return { error: { code: "malformed_function_call", message }, interactionEvent: event };
    }
    return this.tell(event, partsOfStep(step));
  }

  /** The part, or what of it this body had not told before. */
  private fresh(telling: Telling, part: GeminiPart): GeminiPart | undefined {
    if (typeof part.text !== "string" || part.text === "")
      return this.isFresh(telling) ? part : undefined;
    const text = this.beyond(telling, part.thought ? "thought" : "text", part.text);
    if (!part.thought) this.textChars += text.length;
    if (text.length === part.text.length) return part;
    return text === "" ? undefined : { ...part, text };
  }

  private beyond(telling: Telling, run: Run, text: string): string {
    const { at } = telling;
    const known = telling[run].length - at[run];
    if (known === 0) {
      telling[run] += text;
      at[run] += text.length;
      return text;
    }
    const again = text.slice(0, known);
    if (telling[run].slice(at[run], at[run] + again.length) !== again) this.diverged = true;
    at[run] += again.length;
    return again.length === text.length ? "" : this.beyond(telling, run, text.slice(known));
  }

  private isFresh(telling: Telling): boolean {
    telling.at.others += 1;
    if (telling.at.others <= telling.others) return false;
    telling.others = telling.at.others;
    return true;
  }

  private tell(event: InteractionEvent, parts: GeminiPart[]): InteractionChunk {
    this.catchingUp = false;
    const shown = shortened(event, parts);
    if (parts.length === 0) return { ...this.around(event), interactionEvent: shown };
    const candidates = [{ content: { role: "model", parts }, index: 0 }];
    return { candidates, ...this.around(event), interactionEvent: shown };
  }

  /** What stands around the content: counts and names. */
  private around(event: InteractionEvent): GeminiChunk {
    const { interaction, metadata, usage = interaction?.usage ?? metadata?.total_usage } = event;
    const chunk: GeminiChunk = {};
    if (isRecord(usage)) chunk.usageMetadata = geminiUsageOf(usage);
    if (interaction && this.model !== undefined) chunk.modelVersion = this.model;
    if (interaction && this.id !== undefined) chunk.responseId = this.id;
    return chunk;
  }
}

function withArguments({ step, args }: Telling): InteractionStep | undefined {
  if (args === "") return step;
  try {
    return { ...step, arguments: JSON.parse(args) as Record<string, unknown> };
  } catch {
    return undefined;
  }
}
