// Where requests about interactions are answered: created, read, read on, cancelled, deleted. Who may
// ask and which faults meet a request is settled by the upstream around it.
import { toGemini } from "../../wire/convert.ts";
import type { GeminiContent, GeminiRequest } from "../../wire/index.ts";
import type { InteractionRequest } from "../../wire/interactions.ts";
import { chunksOf } from "../answer.ts";
import type { ErrorBody } from "../bodies.ts";
import type { SimClock } from "../clock.ts";
import { contentsOf, type Wanted } from "../conversation.ts";
import type { FaultCall, FaultContext, Told } from "../faults/fault.ts";
import { faultsOf, misdelivered, replyOfFault } from "../generate.ts";
import type { JournalEntry } from "../journal.ts";
import { findModel, type SimModel } from "../models.ts";
import { jsonReply } from "../problem.ts";
import { answerHeaders, type Item, type Piece, type Reply, textReply } from "../reply.ts";
import { tokensOf } from "../speech.ts";
import { type Entry, entriesOf } from "./entries.ts";
import { refusalBody } from "./errors.ts";
import { eventsLeft, framed, INTERACTION_FRAMING, itemsOf } from "./frames.ts";
import {
  cancel,
  dueMs,
  happened,
  type Kept,
  KeptInteractions,
  resourceOf,
  statusOf,
} from "./kept.ts";
import { refuseInteraction } from "./refuse.ts";

/** How the simulated Interactions API keeps and streams its runs. */
export interface InteractionsOptions {
  /** How long a stored interaction is kept. */
  retentionMs?: number;
  /** Which streams carry event ids. Default: `background`, as recorded. */
  eventIds?: "background" | "always" | "never";
  /** What becomes of a run in the foreground whose reader left. Default: `runs-on`. */
  abandoned?: "runs-on" | "cancels";
}

interface DeskOptions extends InteractionsOptions {
  clock: SimClock;
  seed: number;
  models: readonly SimModel[];
  ttftMs: number;
  chunkDelayMs: number;
  hopTokens: number;
}

interface InteractionAsk {
  method: string;
  url: URL;
  text: string;
  entry: JournalEntry;
  id: string | undefined;
  verb: "cancel" | undefined;
}

/** What the upstream around the desk does for it. */
interface Around {
  met(what: {
    key: string;
    model: string | undefined;
    generates: boolean;
    tokens: number;
  }): { calls: FaultCall[]; context: FaultContext } | { refused: Reply };
  error(body: ErrorBody): Reply;
  wanted(name: string, request: GeminiRequest): Wanted;
  over(tokens: number, model: string): ErrorBody | undefined;
}

export class InteractionsDesk {
  readonly kept: KeptInteractions;
  private readonly options: DeskOptions;
  private count = 0;

  constructor(options: DeskOptions) {
    this.options = options;
    this.kept = new KeptInteractions(options.retentionMs);
  }

  answer(ask: InteractionAsk, around: Around): Reply {
    const { id, method, verb } = ask;
    if (id === undefined) {
      if (method === "POST") return this.create(ask, around);
      return around.error(refusalBody(404, "not_found", "Method not found."));
    }
    const kept = this.kept.get(id, this.options.clock.now());
    const generates = method === "GET" && kept !== undefined;
    const key = kept?.key ?? ask.url.pathname;
    const met = around.met({ key, model: kept?.model, generates, tokens: 0 });
    if ("refused" in met) return met.refused;
    const { calls, context } = met;
    const say = () => {
      if (!kept) return around.error(refusalBody(404, "not_found", `Interaction ${id} not found.`));
      if (method === "DELETE") return this.remove(kept);
      if (verb === "cancel") return this.cancel(kept, around);
      if (method === "GET") return this.read(kept, ask, met, around);
      return around.error(refusalBody(404, "not_found", "Method not found."));
    };
    return misdelivered(replyOfFault(calls, context) ?? say(), calls, context);
  }

  private remove(kept: Kept): Reply {
    kept.deleted = true;
    return jsonReply({});
  }

  private cancel(kept: Kept, around: Around): Reply {
    const nowMs = this.options.clock.now();
    const status = statusOf(kept, nowMs);
    if (!kept.background || status !== "in_progress") {
      const message = `Only a background interaction that is running can be cancelled; ${kept.id} is ${status}.`;
      return around.error(refusalBody(400, "failed_precondition", message));
    }
    cancel(kept, happened(kept, nowMs));
    return jsonReply(resourceOf(kept, nowMs, false));
  }

  private read(
    kept: Kept,
    { url, entry }: InteractionAsk,
    met: { calls: FaultCall[]; context: FaultContext },
    around: Around,
  ): Reply {
    const query = url.searchParams;
    entry.model = kept.model;
    entry.truth = kept.truth;
    if (query.get("stream") !== "true") {
      const withInput = query.get("include_input") === "true";
      return jsonReply(resourceOf(kept, this.options.clock.now(), withInput));
    }
    const after = query.get("last_event_id");
    const at = after ? kept.entries.findIndex(({ event }) => event.event_id === after) : -1;
    if (after && at < 0)
      return around.error(refusalBody(400, "invalid_request", `Unknown event id ${after}.`));
    return this.stream(kept, at + 1, met);
  }

  private create(ask: InteractionAsk, around: Around): Reply {
    const { text, entry } = ask;
    const { clock } = this.options;
    const refused = refuseInteraction(text, (id) => this.kept.get(id, clock.now()) !== undefined);
    if ("body" in refused) return around.error(refused.body);
    const { request } = refused;
    const name = String(request.model ?? request.agent);
    entry.model = name;
    const gemini = this.geminiOf(request);
    const wanted = around.wanted(name, gemini);
    const tokens = tokensOf(JSON.stringify(gemini.contents));
    const met = around.met({ key: wanted.key, model: name, generates: true, tokens });
    if ("refused" in met) return met.refused;
    const { calls, context } = met;
    const say = () => {
      const model = findModel(name, this.options.models);
      if (!model || model.retired)
        return around.error(refusalBody(404, "model_not_found", `Model ${name} not found.`));
      if (wanted.tokenIsForeign || (gemini.continuationToken && !model.tokens)) {
        const message = "The continuation token is not valid for this interaction.";
        return around.error(refusalBody(400, "invalid_request", message));
      }
      const over = around.over(tokens, name);
      if (over) return around.error(over);
      const kept = this.begin(request, gemini, wanted, model, met, entry);
      if (request.stream) return this.stream(kept, 0, met);
      return this.unary(kept, met);
    };
    return misdelivered(replyOfFault(calls, context) ?? say(), calls, context);
  }

  /** The request as generateContent would be asked it, with the turns that Google keeps. */
  private geminiOf(request: InteractionRequest): GeminiRequest {
    const { previous_interaction_id: before, continuation_token: continuationToken } = request;
    const token = continuationToken === undefined ? {} : { continuationToken };
    const own = toGemini(request).request;
    const kept = before === undefined ? undefined : this.kept.get(before, this.options.clock.now());
    if (!kept) return { ...own, ...token };
    if (continuationToken !== undefined)
      return { ...kept.gemini, ...own, ...token, contents: kept.gemini.contents };
    const said: GeminiContent = { role: "model", parts: [{ text: kept.truth }] };
    return { ...own, contents: [...contentsOf(kept.gemini), said, ...own.contents] };
  }

  private begin(
    request: InteractionRequest,
    gemini: GeminiRequest,
    wanted: Wanted,
    model: SimModel,
    { calls, context }: { calls: FaultCall[]; context: FaultContext },
    entry: JournalEntry,
  ): Kept {
    const { clock, seed, hopTokens, ttftMs, chunkDelayMs, eventIds = "background" } = this.options;
    this.count += 1;
    const background = request.background === true;
    const stored = request.store !== false;
    const told = this.told(wanted, calls, context);
    entry.truth = told.truth;
    const nowDate = clock.date();
    const chunks = chunksOf({
      ...{ model, request: gemini, wanted, seed, hopTokens, nowDate, vertex: false },
      ...{ text: told.text, offset: told.truth.length - told.text.length },
      attempt: entry.attempt ?? 1,
    });
    const id = `v1_${btoa(`sim:${wanted.key}:${this.count}`).replaceAll("=", "")}`;
    const named = eventIds === "always" || (eventIds === "background" && background);
    const subject = { model: model.name, thinks: model.thinks, createdDate: nowDate };
    const shownId = stored ? id : undefined;
    const entries = entriesOf(chunks, { ...subject, id: shownId, eventIds: named });
    const made: Kept = {
      ...{ id, key: wanted.key, model: model.name, request, gemini, background, entries },
      ...{ startMs: clock.now(), startDate: nowDate, ttftMs, delayMs: chunkDelayMs },
      ...{ truth: told.truth, cancelled: false, deleted: false },
    };
    if (stored) this.kept.add(made);
    return made;
  }

  private told(wanted: Wanted, calls: readonly FaultCall[], context: FaultContext): Told {
    const { full, from, quote, how } = wanted;
    let told: Told = {
      text: quote + full.slice(from),
      truth: full,
      delivered: full.slice(0, from),
      how,
      quote,
    };
    for (const [fault, { settings }] of faultsOf(calls))
      told = fault.tell?.(told, settings, context) ?? told;
    return told;
  }

  private stream(
    kept: Kept,
    from: number,
    { calls, context }: { calls: FaultCall[]; context: FaultContext },
  ): Reply {
    const { clock, abandoned } = this.options;
    let items = this.timed(kept, from);
    let framing = INTERACTION_FRAMING;
    for (const [fault, { settings }] of faultsOf(calls)) {
      items = fault.items?.(items, settings, context) ?? items;
      framing = fault.framing?.(framing, settings) ?? framing;
    }
    // An error before any event is how a streamed request is refused: nothing was created.
    if (from === 0 && isRefused(items)) this.kept.unmake(kept);
    const cut = items.some((item) => item.kind === "stop");
    const ran = kept.background || kept.request.store === false || from > 0;
    if (cut && !ran && abandoned === "cancels") abandon(kept, items);
    const instead = () => this.cancelledMidway(kept);
    const pieces = framed(items, framing, kept.id);
    const headers = answerHeaders("sse", clock.date());
    return { status: 200, headers, pieces, ...(kept.background && { instead }) };
  }

  /** What a reader of a run is told when it is cancelled under them. */
  private cancelledMidway(kept: Kept): Piece[] | undefined {
    if (!kept.cancelled) return undefined;
    const last = kept.entries.slice(-1);
    return framed(itemsOf(last), INTERACTION_FRAMING);
  }

  private timed(kept: Kept, from: number): Item[] {
    let atMs = this.options.clock.now();
    return kept.entries.slice(from).flatMap((entry, i): Item[] => {
      const ms = dueMs(kept, from + i) - atMs;
      const item = itemsOf([entry])[0] as Item;
      if (ms <= 0) return [item];
      atMs += ms;
      return [{ kind: "wait", ms }, item];
    });
  }

  /** One resource; what breaks a stream in the middle breaks this body in the middle. */
  private unary(
    kept: Kept,
    { calls, context }: { calls: FaultCall[]; context: FaultContext },
  ): Reply {
    const { clock } = this.options;
    const headers = answerHeaders("unary", clock.date());
    if (kept.background) return { ...jsonReply(resourceOf(kept, clock.now(), false)), headers };
    let items = this.timed(kept, 0);
    for (const [fault, { settings }] of faultsOf(calls))
      items = fault.items?.(items, settings, context) ?? items;
    const left = eventsLeft(items);
    const entries = kept.entries.filter(({ event }) => left.includes(event));
    const endMs = dueMs(kept, kept.entries.length);
    const whole = resourceOf({ ...kept, entries }, endMs, false);
    const { id: _, ...nameless } = whole;
    const text = JSON.stringify(kept.request.store === false ? nameless : whole);
    const waits = items.filter((item) => item.kind === "wait");
    const stop = items.find((item) => item.kind === "stop" && item.how !== "eof");
    const body = stop ? text.slice(0, text.length >> 1) : text;
    const reply = textReply(200, "application/json; charset=UTF-8", body);
    return {
      ...reply,
      headers,
      pieces: [...waits, ...reply.pieces, ...(stop ? [stop as Piece] : [])],
    };
  }
}

function isRefused(items: readonly Item[]): boolean {
  const first = items.find(({ kind }) => kind !== "wait" && kind !== "comment");
  if (first?.kind === "error" || first?.kind === "raw") return true;
  return first?.kind === "chunk" && eventsLeft(items)[0]?.event_type === "error";
}

/** The run ends where its reader was lost. */
function abandon(kept: Kept, items: readonly Item[]): void {
  const stop = items.findIndex((item) => item.kind === "stop");
  const left: Entry[] = [];
  for (const event of eventsLeft(items.slice(0, stop))) {
    const entry = kept.entries.find((one) => one.event === event);
    if (entry) left.push(entry);
  }
  cancel(kept, left);
}
