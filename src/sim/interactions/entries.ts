// The chunks of an answer → the events of an interaction, each beside the chunk it means, so that every
// fault that knows chunks can meet it.
import type { GeminiChunk, GeminiPart, GeminiUsage } from "../../wire/index.ts";
import type {
  Interaction,
  InteractionEvent,
  InteractionStep,
  InteractionUsage,
} from "../../wire/interactions.ts";

/** Where a chunk keeps the event that it stands for. */
export const EVENT: unique symbol = Symbol("event");

export type EventChunk = GeminiChunk & { [EVENT]?: InteractionEvent };

export interface Entry {
  event: InteractionEvent;
  chunk: EventChunk;
}

interface Subject {
  id: string | undefined;
  model: string;
  thinks: boolean;
  createdDate: Date;
  /** Events carry an id. */
  eventIds: boolean;
}

const STATUSES: Readonly<Record<string, string>> = {
  STOP: "completed",
  MAX_TOKENS: "incomplete",
  CONTINUATION: "requires_continuation",
};

export function entriesOf(chunks: readonly GeminiChunk[], subject: Subject): Entry[] {
  return new Entries(subject).of(chunks);
}

class Entries {
  private readonly subject: Subject;
  private readonly list: Entry[] = [];
  private index = -1;
  private open: string | undefined;
  private usage: InteractionUsage | undefined;
  private called = false;

  constructor(subject: Subject) {
    this.subject = subject;
  }

  of(chunks: readonly GeminiChunk[]): Entry[] {
    const interaction = this.interaction("in_progress");
    this.say({ event_type: "interaction.created", interaction });
    this.say({ event_type: "interaction.status_update", ...this.name(), status: "in_progress" });
    if (this.subject.thinks) this.think(chunks);
    for (const chunk of chunks) this.chunk(chunk);
    return this.list;
  }

  /** Summaries and the signature come before everything else, in a step of their own. */
  private think(chunks: readonly GeminiChunk[]): void {
    const parts = chunks.flatMap((one) => one.candidates?.[0]?.content?.parts ?? []);
    this.begin({ type: "thought" });
    for (const { text, thought } of parts) {
      if (!thought || !text) continue;
      const content = { type: "text", text };
      this.delta({ type: "thought_summary", content }, [{ text, thought: true }]);
    }
    const signature = parts.find((part) => part.thoughtSignature)?.thoughtSignature;
    if (signature !== undefined) this.delta({ type: "thought_signature", signature }, []);
    this.end();
  }

  private chunk(chunk: GeminiChunk): void {
    if (chunk.usageMetadata) this.usage = usageOf(chunk.usageMetadata);
    const block = chunk.promptFeedback?.blockReason;
    if (block) {
      const message = `The prompt was blocked: ${block}.`;
      this.say({ event_type: "error", error: { code: block.toLowerCase(), message } }, chunk);
      return;
    }
    const candidate = chunk.candidates?.[0];
    if (!candidate || (candidate.index ?? 0) > 0) return;
    for (const part of candidate.content?.parts ?? []) if (!part.thought) this.part(part);
    const { finishReason, continuationToken } = candidate;
    if (finishReason === undefined) {
      if (continuationToken) this.checkpoint(continuationToken);
      return;
    }
    this.end();
    const whole = STATUSES[String(finishReason)] ?? String(finishReason).toLowerCase();
    const status = this.called && whole === "completed" ? "requires_action" : whole;
    const interaction = {
      ...this.interaction(status),
      created: stamp(this.subject.createdDate),
      updated: stamp(this.subject.createdDate),
      service_tier: "standard",
      ...(this.usage && { usage: this.usage }),
      ...(continuationToken && { continuation_token: continuationToken }),
    };
    const end = { content: { role: "model" }, finishReason, index: 0 };
    const shown = { candidates: [end], usageMetadata: chunk.usageMetadata ?? {} };
    this.say({ event_type: "interaction.completed", interaction }, shown);
  }

  private checkpoint(continuation_token: string): void {
    this.say({
      event_type: "interaction.status_update",
      ...this.name(),
      status: "in_progress",
      continuation_token,
    });
  }

  private part(part: GeminiPart): void {
    const { text, functionCall, executableCode, codeExecutionResult, inlineData } = part;
    if (functionCall) this.call(functionCall.name ?? "", functionCall.args ?? {}, functionCall.id);
    else if (executableCode) {
      const { language = "PYTHON", code = "" } = executableCode;
      const args = { language: language.toLowerCase(), code };
      this.tool({ type: "code_execution_call", id: `code_${this.index + 1}`, arguments: args });
    } else if (codeExecutionResult) {
      const { output = "" } = codeExecutionResult;
      this.tool({ type: "code_execution_result", call_id: `code_${this.index}`, result: output });
    } else if (inlineData) {
      this.output();
      const { mimeType = "image/png", data = "" } = inlineData;
      this.delta({ type: "image", mime_type: mimeType, data }, [part]);
    } else if (text) {
      this.output();
      this.delta({ type: "text", text }, [{ text }]);
    }
  }

  private output(): void {
    if (this.open === "model_output") return;
    this.begin({ type: "model_output" });
  }

  private call(name: string, args: Record<string, unknown>, id = `fc_${this.index + 1}`): void {
    this.called = true;
    this.begin({ type: "function_call", id, name, arguments: {} });
    const json = JSON.stringify(args);
    const half = Math.ceil(json.length / 2);
    for (const text of [json.slice(0, half), json.slice(half)])
      if (text !== "") this.delta({ type: "arguments_delta", arguments: text }, []);
    this.end();
  }

  private tool(step: InteractionStep): void {
    this.begin(step);
    this.end();
  }

  private begin(step: InteractionStep): void {
    this.end();
    this.index += 1;
    this.open = step.type;
    this.say({ event_type: "step.start", index: this.index, step });
  }

  private end(): void {
    if (this.open === undefined) return;
    this.open = undefined;
    this.say({ event_type: "step.stop", index: this.index });
  }

  private delta(delta: NonNullable<InteractionEvent["delta"]>, parts: GeminiPart[]): void {
    const candidates = parts.length > 0 && {
      candidates: [{ content: { role: "model", parts }, index: 0 }],
    };
    this.say({ event_type: "step.delta", index: this.index, delta }, { ...candidates });
  }

  private say(said: InteractionEvent, means: GeminiChunk = {}): void {
    const n = this.list.length + 1;
    const event = { ...said, ...(this.subject.eventIds && { event_id: `evt_${n}` }) };
    this.list.push({ event, chunk: { ...means, [EVENT]: event } });
  }

  private name(): { interaction_id?: string } {
    const { id } = this.subject;
    return id === undefined ? {} : { interaction_id: id };
  }

  private interaction(status: string): Interaction {
    const { id, model } = this.subject;
    return { ...(id !== undefined && { id }), status, object: "interaction", model };
  }
}

export function stamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

export function usageOf(usage: GeminiUsage): InteractionUsage {
  const { promptTokenCount = 0, candidatesTokenCount = 0, thoughtsTokenCount = 0 } = usage;
  return {
    total_tokens: usage.totalTokenCount ?? promptTokenCount + candidatesTokenCount,
    total_input_tokens: promptTokenCount,
    input_tokens_by_modality: [{ modality: "text", tokens: promptTokenCount }],
    total_cached_tokens: 0,
    total_output_tokens: candidatesTokenCount,
    total_tool_use_tokens: 0,
    total_thought_tokens: thoughtsTokenCount,
  };
}

/** The events' steps, as the resource shows them. */
export function stepsOfEntries(entries: readonly Entry[]): InteractionStep[] {
  const steps: InteractionStep[] = [];
  const args = new Map<number, string>();
  for (const { event } of entries) {
    const { index = 0, step, delta } = event;
    if (event.event_type === "step.start" && step) steps[index] = { ...step };
    const open = steps[index];
    if (event.event_type !== "step.delta" || !delta || !open) continue;
    if (delta.type === "text") addText(open, delta.text ?? "");
    else if (delta.type === "thought_signature" && delta.signature)
      open.signature = delta.signature;
    else if (delta.type === "thought_summary" && delta.content)
      open.summary = [...(open.summary ?? []), delta.content];
    else if (delta.type === "arguments_delta") {
      const text = `${args.get(index) ?? ""}${String(delta.arguments)}`;
      args.set(index, text);
      open.arguments = parsed(text);
    } else if (delta.type === "image") {
      const { mime_type = "image/png", data = "" } = delta;
      open.content = [...(open.content ?? []), { type: "image", mime_type, data }];
    }
  }
  return steps;
}

function addText(step: InteractionStep, text: string): void {
  const last = step.content?.at(-1);
  if (last?.type === "text") last.text = `${last.text}${text}`;
  else step.content = [...(step.content ?? []), { type: "text", text }];
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
