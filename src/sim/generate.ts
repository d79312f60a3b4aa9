// One request for an answer: the model tells it, the faults of this attempt change it.
import type { GeminiRequest } from "../wire/index.ts";
import { chunksOf } from "./answer.ts";
import type { Wanted } from "./conversation.ts";
import type { Fault, FaultCall, FaultContext, Told } from "./faults/fault.ts";
import { findFault } from "./faults/index.ts";
import { frame } from "./framing.ts";
import type { JournalEntry } from "./journal.ts";
import type { SimModel } from "./models.ts";
import { answerHeaders, type Framing, type Item, PLAIN_FRAMING, type Reply } from "./reply.ts";

interface Generation {
  model: SimModel;
  request: GeminiRequest;
  wanted: Wanted;
  calls: readonly FaultCall[];
  context: FaultContext;
  entry: JournalEntry;
  mode: Framing["mode"];
  integerEnums: boolean;
  vertex: boolean;
  seed: number;
  hopTokens: number;
  ttftMs: number;
  chunkDelayMs: number;
  nowDate: Date;
}

export function generate(now: Generation): Reply {
  const { calls, context, entry, mode, wanted, model, nowDate } = now;
  let told: Told = {
    text: wanted.quote + wanted.full.slice(wanted.from),
    truth: wanted.full,
    delivered: wanted.full.slice(0, wanted.from),
    how: wanted.how,
    quote: wanted.quote,
  };
  for (const [fault, { settings }] of faultsOf(calls))
    told = fault.tell?.(told, settings, context) ?? told;
  entry.truth = told.truth;
  const offset = told.truth.length - told.text.length;
  const chunks = chunksOf({ ...now, attempt: entry.attempt ?? 1, text: told.text, offset });
  let framing: Framing = { ...PLAIN_FRAMING, mode, integerEnums: now.integerEnums };
  let items = timed(
    chunks.map((chunk): Item => ({ kind: "chunk", chunk })),
    now,
  );
  for (const [fault, { settings }] of faultsOf(calls)) {
    items = fault.items?.(items, settings, context) ?? items;
    framing = fault.framing?.(framing, settings) ?? framing;
  }
  const createdS = Math.floor(nowDate.getTime() / 1_000);
  const pieces = frame(items, framing, { model: model.name, createdS });
  return { status: 200, headers: answerHeaders(mode, nowDate), pieces };
}

/** What a fault answers in place of everything else; the first that answers wins. */
export function replyOfFault(
  calls: readonly FaultCall[],
  context: FaultContext,
): Reply | undefined {
  for (const [fault, { settings }] of faultsOf(calls)) {
    const reply = fault.reply?.(settings, context);
    if (reply) return reply;
  }
  return undefined;
}

/** Faults of the packets and of the reply around them meet whatever is said. */
export function misdelivered(
  reply: Reply,
  calls: readonly FaultCall[],
  context: FaultContext,
): Reply {
  let shown = reply;
  for (const [fault, { settings }] of faultsOf(calls)) {
    const pieces = fault.pieces?.(shown.pieces, settings, context) ?? shown.pieces;
    shown = fault.around?.({ ...shown, pieces }, settings) ?? { ...shown, pieces };
  }
  return shown;
}

export function faultsOf(calls: readonly FaultCall[]): (readonly [Fault, FaultCall])[] {
  return calls.flatMap((call) => {
    const fault = findFault(call.word);
    return fault ? [[fault, call] as const] : [];
  });
}

function timed(items: Item[], { ttftMs, chunkDelayMs, mode }: Generation): Item[] {
  if (mode === "unary" || mode === "openai-unary") {
    const ms = ttftMs + chunkDelayMs * items.length;
    return ms > 0 ? [{ kind: "wait", ms }, ...items] : items;
  }
  return items.flatMap((item, i): Item[] => {
    const ms = i === 0 ? ttftMs : chunkDelayMs;
    return ms > 0 ? [{ kind: "wait", ms }, item] : [item];
  });
}
