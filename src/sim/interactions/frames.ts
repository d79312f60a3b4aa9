// Events → bytes, in this API's own framing, after whatever the faults made of them.
import type { GeminiChunk } from "../../wire/index.ts";
import { INTERACTION_DONE, type InteractionEvent } from "../../wire/interactions.ts";
import { bytesOf, type Framing, type Item, type Piece } from "../reply.ts";
import { type Entry, EVENT, type EventChunk, usageOf } from "./entries.ts";
import { worded } from "./errors.ts";

export const INTERACTION_FRAMING: Framing = Object.freeze({
  mode: "sse",
  eol: "\n",
  eventLines: false,
  multiLine: false,
  bareEnd: false,
  done: false,
  integerEnums: false,
});

export function itemsOf(entries: readonly Entry[]): Item[] {
  return entries.map(({ chunk }): Item => ({ kind: "chunk", chunk }));
}

/** What is left of the events after faults; the end of a list is a proper end of the body. */
export function framed(items: readonly Item[], framing: Framing, id?: string): Piece[] {
  const pieces: Piece[] = [];
  const last = items.findLastIndex((item) => item.kind === "chunk");
  for (const [i, item] of items.entries()) {
    if (item.kind === "chunk") {
      const event = eventOf(item.chunk, i === last, id);
      if (event) put(pieces, written(event, framing));
    } else if (item.kind === "comment") put(pieces, `: ${item.text}${framing.eol.repeat(2)}`);
    else if (item.kind === "error") {
      put(pieces, written({ event_type: "error", error: worded(item.error) }, framing));
    } else if (item.kind === "raw") putRaw(pieces, item);
    else pieces.push(item);
    if (item.kind === "stop") return pieces;
  }
  const done = INTERACTION_DONE.replaceAll("\n", framing.eol);
  put(pieces, framing.bareEnd ? done.trimEnd() : done);
  return pieces;
}

/** The events that are left whole, for an answer in one piece. */
export function eventsLeft(items: readonly Item[]): InteractionEvent[] {
  const last = items.findLastIndex((item) => item.kind === "chunk");
  return items.flatMap((item, i) => {
    const event = item.kind === "chunk" ? eventOf(item.chunk, i === last) : undefined;
    return event ? [event] : [];
  });
}

function eventOf(chunk: EventChunk, isLast: boolean, id?: string): InteractionEvent | undefined {
  const own = chunk[EVENT];
  const candidate = chunk.candidates?.[0];
  const finish = candidate?.finishReason;
  if (own?.event_type === "interaction.completed") return finish === undefined ? undefined : own;
  // A fault made this chunk after the likeness of another.
  const made = finish !== undefined && !candidate?.content?.parts?.length;
  if (made) return isLast ? ending(String(finish), own) : undefined;
  if (own) return own;
  return madeUp(chunk, id);
}

/** A chunk that a fault put in. */
function madeUp(chunk: GeminiChunk, id: string | undefined): InteractionEvent | undefined {
  const inline = chunk.candidates?.[0]?.content?.parts?.[0]?.inlineData;
  if (inline) {
    const { mimeType = "image/png", data = "" } = inline;
    return {
      event_type: "step.delta",
      index: 0,
      delta: { type: "image", mime_type: mimeType, data },
    };
  }
  const block = chunk.promptFeedback?.blockReason;
  if (block) {
    const message = `The prompt was blocked: ${block}.`;
    return { event_type: "error", error: { code: block.toLowerCase(), message } };
  }
  return {
    event_type: "interaction.status_update",
    ...(id !== undefined && { interaction_id: id }),
    status: "in_progress",
    usage: usageOf(chunk.usageMetadata ?? {}),
  };
}

const STATUSES: Readonly<Record<string, string>> = {
  STOP: "completed",
  MAX_TOKENS: "incomplete",
  OTHER: "failed",
};

function ending(reason: string, own: InteractionEvent | undefined): InteractionEvent {
  const word = reason.toLowerCase();
  const status = STATUSES[reason];
  if (status === undefined && BLOCKS.has(word)) {
    return { event_type: "error", error: { code: word, message: `Generation ended: ${reason}.` } };
  }
  const { id, model } = own?.interaction ?? {};
  const named = { ...(id !== undefined && { id }), ...(model !== undefined && { model }) };
  return { event_type: "interaction.completed", interaction: { ...named, status: status ?? word } };
}

const BLOCKS: ReadonlySet<string> = new Set([
  "safety",
  "recitation",
  "language",
  "prohibited_content",
  "spii",
  "blocklist",
  "image_safety",
  "image_prohibited_content",
  "image_recitation",
  "image_other",
  "malformed_function_call",
  "unexpected_tool_call",
  "no_image",
  "too_many_tool_calls",
]);

function written(event: InteractionEvent, { eol, multiLine }: Framing): string {
  const json = multiLine ? JSON.stringify(event, null, 1) : JSON.stringify(event);
  const lines = json.split("\n").map((line) => `data: ${line}${eol}`);
  return `event: ${event.event_type}${eol}${lines.join("")}${eol}`;
}

function put(pieces: Piece[], text: string): void {
  pieces.push({ kind: "bytes", bytes: bytesOf(text) });
}

function putRaw(pieces: Piece[], { text, parts = 1 }: { text: string; parts?: number }): void {
  const size = Math.max(1, Math.ceil(text.length / parts));
  for (let at = 0; at < text.length; at += size) put(pieces, text.slice(at, at + size));
}
