// START HERE. The simulator as its users hold it: a fetch, a handler for a socket, the truth to
// judge by, and the journal.
import type { GeminiRequest } from "../wire/index.ts";
import { limited } from "./answer.ts";
import { bodyOf, headersDue, leave } from "./body.ts";
import { realClock, type SimClock } from "./clock.ts";
import { camel } from "./conversation.ts";
import { simFetch } from "./fetch.ts";
import type { InteractionsOptions } from "./interactions/desk.ts";
import type { InteractionSeen } from "./interactions/kept.ts";
import type { JournalEntry } from "./journal.ts";
import { findModel, type SimModel } from "./models.ts";
import type { QuotaLimits } from "./quota.ts";
import type { Refusal, Reply } from "./reply.ts";
import type { Scenario } from "./scenario.ts";
import { type SimRequest, Upstream } from "./upstream.ts";

/** How a simulator answers; the same seed gives the same answers. */
export interface SimOptions {
  /** Another seed, other texts and other dice. */
  seed?: number;
  /** Text, a parsed file, or a scenario; meets every request for an answer that it matches. */
  scenario?: unknown;
  clock?: SimClock;
  /** Time before the first chunk, and between chunks. */
  ttftMs?: number;
  chunkDelayMs?: number;
  /** `false`: no key is asked for. A list: only these are taken. */
  keys?: boolean | readonly string[];
  /** Real windows of requests and tokens, over all requests. */
  quota?: QuotaLimits;
  /** Tokens that one request of a long answer yields, for models that go on by token. */
  hopTokens?: number;
  /** How interactions are kept. */
  interactions?: InteractionsOptions;
  /** Models of your own, in place of a usual one of the same name or beside them. */
  models?: readonly (Partial<SimModel> & { name: string })[];
}

/** A reply for a real socket; the shape that the listener in `pollux/node` takes. */
export type SimReply =
  | { refuse: string }
  | {
      status: number;
      headers: Record<string, string>;
      body: AsyncIterable<Uint8Array | "fin" | "reset">;
    };

/** A Gemini in this process, that misbehaves on cue. */
export interface Sim {
  /** As `fetch` of a real upstream, without a socket. */
  fetch: typeof globalThis.fetch;
  /** As a handler for a socket: `listen(sim.serve)`. `signal` fires when the client leaves. */
  serve(request: SimRequest & { signal: AbortSignal }): Promise<SimReply>;
  /** What to say to a request, all at once, without time or a carrier. */
  handle(request: SimRequest): { reply: Reply; entry: JournalEntry };
  /** The whole and only true text for a request, or for the request that it goes on from. */
  truth(model: string, request: Pick<GeminiRequest, "contents"> & Partial<GeminiRequest>): string;
  readonly journal: readonly JournalEntry[];
  clearJournal(): void;
  /** Throws `ScenarioError` for what it cannot read. */
  addScenario(value: unknown): Scenario;
  clearScenarios(): void;
  /** Every stored interaction, deleted ones too. */
  readonly interactions: readonly InteractionSeen[];
  readonly models: readonly SimModel[];
  readonly clock: SimClock;
}

/** Makes a simulator; nothing listens until its `serve` is given to a socket. */
export function createSim(options: SimOptions = {}): Sim {
  const { scenario, clock = realClock } = options;
  const upstream = new Upstream({ ...options, clock });
  if (scenario !== undefined) upstream.attempts.add(scenario);
  const handle = (request: SimRequest) => upstream.handle(request);
  return {
    fetch: simFetch({ clock, handle }),
    handle,
    serve: (request) => carried(request, upstream, clock),
    truth: (model, request) => truthOf(upstream, model, request as GeminiRequest),
    get journal() {
      return upstream.journal.list;
    },
    clearJournal: () => upstream.journal.clear(),
    addScenario: (value) => upstream.attempts.add(value),
    clearScenarios: () => upstream.attempts.clear(),
    get interactions() {
      return upstream.interactions.kept.seen(clock.now());
    },
    models: upstream.models,
    clock,
  };
}

/** The true text for a request to a simulator with this seed, without making one. */
export function truth(
  input: { seed?: number; model: string } & Pick<GeminiRequest, "contents"> &
    Partial<GeminiRequest>,
): string {
  const { seed, model, ...request } = input;
  const upstream = new Upstream({ clock: realClock, ...(seed !== undefined && { seed }) });
  return truthOf(upstream, model, request as GeminiRequest);
}

function truthOf(upstream: Upstream, name: string, request: GeminiRequest): string {
  const native = camel(request) as GeminiRequest;
  const wanted = upstream.wanted(name, native);
  const model = findModel(name, upstream.models);
  if (!model || wanted.how !== "fresh") return wanted.full;
  const whole = { model, request: native, wanted, text: wanted.full, offset: 0 };
  return limited({ ...whole, hopTokens: Number.POSITIVE_INFINITY }).text;
}

async function carried(
  request: SimRequest & { signal: AbortSignal },
  upstream: Upstream,
  clock: SimClock,
): Promise<SimReply> {
  const { signal } = request;
  const { reply, entry } = upstream.handle(request);
  if (reply.refusal) return { refuse: nameOf(reply.refusal) };
  if (!(await headersDue(reply, clock, signal))) {
    leave(entry, clock);
    return { refuse: "the client left" };
  }
  const pieces = bodyOf(reply, entry, { clock, signal, compressed: true });
  const body = (async function* () {
    for await (const piece of pieces) yield piece instanceof Uint8Array ? piece : piece.how;
  })();
  return { status: reply.status, headers: reply.headers, body };
}

function nameOf({ code, message }: Refusal): string {
  return code || message || "failed";
}
