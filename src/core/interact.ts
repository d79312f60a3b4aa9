// The ways of the Interactions API: what is created, how it is read on, and when it must not be created
// again. A stored interaction lives at Google whether anybody reads it or not.

import type { GeminiRequest } from "../wire/index.ts";
import {
  type InteractionEvent,
  type InteractionInput,
  type InteractionRequest,
  InteractionView,
} from "../wire/interactions.ts";
import type { Upstream } from "./attempt.ts";
import { type Caller, call } from "./calls.ts";
import type { Delivered } from "./delivered.ts";
import type { How, StreamEvent } from "./event.ts";
import type { Failure, FailureCode } from "./failure-table.ts";
import { interactionAttempt } from "./interact-attempt.ts";
import {
  type InteractOptions,
  type InteractRequest,
  sortedOut,
  withPartial,
} from "./interact-request.ts";
import type { Clocks } from "./models.ts";
import { type Checkpoint, instruction, Ladder, type NotResumed } from "./resume.ts";
import { Seam } from "./seam.ts";
import { anchorJoiner, anchorOf, FRESH, type Joiner, matchJoiner } from "./splice.ts";
import type { StreamInput } from "./stream-input.ts";
import type { Trouble, Ways } from "./ways.ts";

/** How one call is sent, inside the request that a stream hands around. */
interface Sending {
  body?: InteractionRequest;
  path?: string;
  /** What the body will tell: another interaction, this one from its start, or what comes next. */
  tells: "anew" | "start" | "event";
}

const BACKGROUND_CLOCKS: Pick<Clocks, "firstMs" | "progressMs"> = {
  firstMs: 20 * 60_000,
  progressMs: 15 * 60_000,
};
/** Replays in a row that bring nothing new before the whole is fetched in one piece. */
const FRUITLESS_REPLAYS = 2;

const HOME = "interactions";

/** The request never left, so nothing can have been created. */
const NEVER_SENT: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "dns_failure",
  "conn_refused",
  "connect_timeout",
  "tls_handshake_cut",
  "tls_intercept",
  "tls_expired",
  "clock_skew",
  "proxy_auth",
  "proxy_connect_failed",
]);
/** The server gave up on work that it had begun. */
const BEGUN: ReadonlySet<FailureCode> = new Set<FailureCode>(["deadline", "server_cancelled"]);
/** What a server says that does not keep, or no longer keeps, what is asked for. */
const REPLAY_REFUSED: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "interaction_not_found",
  "resume_diverged",
  "not_implemented",
  "invalid_argument_unspecified",
  "payload_invalid",
]);

/** Whether the request that failed so may have been carried out all the same. */
export function mayHaveBegun({ code, httpStatus, grpcStatus }: Failure): boolean {
  if (NEVER_SENT.has(code) || httpStatus === 429) return false;
  return grpcStatus === undefined || BEGUN.has(code);
}

/** The Interactions API as a way for `Stream`: how it is created, read on and ended. */
export class Talk implements Ways {
  readonly view = new InteractionView();
  private readonly options: InteractOptions;
  private readonly body: InteractionRequest;
  private readonly caller: Caller;
  private readonly stream: Pick<StreamInput, "clocks">;
  private readonly ladder = new Ladder(false);
  private delivered: Delivered | undefined;
  /** Whether any interaction of this stream exists, and with it something to lose. */
  private everCreated = false;
  /** Where in the delivered text the interaction at hand begins. */
  private base = 0;
  /** Where interactions are, as a URL. */
  private home = "";
  private replays = 0;
  /** The input of the interaction at hand, and of the one that gave the newest token. */
  private asked: InteractionInput | undefined;
  private issued:
    | { by: InteractionView["issued"]; input: InteractionInput | undefined }
    | undefined;
  private replayClosed = false;
  private tokenClosed = false;

  constructor(input: InteractRequest, caller: Caller, stream: Pick<StreamInput, "clocks">) {
    const { options, body } = sortedOut(input);
    this.options = options;
    this.body = body;
    this.caller = caller;
    this.stream = stream;
    if (options.interaction === undefined) return;
    this.view.id = options.interaction;
    this.view.eventId = options.lastEventId;
  }

  async dress(request: GeminiRequest): Promise<Upstream> {
    const { view, caller, options } = this;
    const { body, path, tells } = (request.sending as Sending | undefined) ?? this.first();
    this.everCreated ||= view.created;
    if (tells === "anew") {
      if (view.issued !== this.issued?.by) this.issued = { by: view.issued, input: this.asked };
      // A hop of a stored interaction is told nothing, and asked the same.
      this.asked = body?.input ?? this.asked;
      view.anew();
      this.replayClosed = false;
    } else view.again(tells);
    // What exists is where it was created, whatever place another request would go to.
    if (!this.everCreated || !this.isStored()) this.home = caller.url(HOME);
    const url = this.home + (path ?? HOME).slice(HOME.length);
    const headers = { accept: "text/event-stream", ...(await caller.headers()) };
    const clocks = this.isPatient() ? { ...this.stream.clocks, ...BACKGROUND_CLOCKS } : undefined;
    const upstream: Upstream = body
      ? { url, headers: { "content-type": "application/json", ...headers }, body: textOf(body) }
      : { url, headers, body: null, method: "GET" };
    const how = { view, shown: () => this.delivered?.shown ?? false };
    upstream.begin = (base, given) => {
      const patient = clocks && { clocks: { ...clocks, ...options.clocks } };
      return new (interactionAttempt(base))(upstream, { ...given, ...patient }, how);
    };
    return upstream;
  }

  next({ failure, how, grew, delivered, checkpoint }: Trouble): {
    shown: boolean;
    way: How | NotResumed;
  } {
    this.delivered = delivered;
    const { view } = this;
    const { code } = failure;
    this.everCreated ||= view.created;
    this.replays = how === "replay" && !grew ? this.replays + 1 : 0;
    const diverged = code === "resume_diverged";
    // An interaction that strayed is not this answer, however often it is read.
    if (diverged || (how === "replay" && REPLAY_REFUSED.has(code))) this.replayClosed = true;
    if (how === "token" && diverged) this.tokenClosed = true;
    if (diverged && (how === "anchor" || how === "rematch")) this.ladder.refuse(how, code);
    const kept = this.isKept() && !view.ended && !this.replayClosed;
    const token = checkpoint !== undefined && !this.tokenClosed;
    if (kept && (this.isPatient() || !token)) return { shown: true, way: "replay" };
    if (token) return { shown: true, way: "token" };
    if (!this.mayCreate(failure)) return { shown: true, way: "may_create_twice" };
    if (!delivered.shown) return { shown: false, way: "fresh" };
    return { shown: true, way: this.ladder.next(this.asGemini(), delivered, undefined) };
  }

  plan(
    how: How,
    delivered: Delivered,
    checkpoint: Checkpoint | undefined,
  ): { request: GeminiRequest; seam: Seam | undefined } {
    this.delivered = delivered;
    if (how === "replay") return this.replay(delivered);
    const { text, thoughts } = delivered;
    let joiner: Joiner = FRESH;
    let body = { ...this.body, stream: true };
    this.base = 0;
    if (how === "token" && checkpoint) {
      body = this.hop(body, checkpoint.token);
      joiner = matchJoiner(text, checkpoint.offset);
      this.base = checkpoint.offset;
    } else if (how === "anchor") {
      const anchor = anchorOf(text);
      body.input = withPartial(body.input, text, instruction(anchor));
      joiner = anchorJoiner(text, anchor);
    } else if (how === "rematch") joiner = matchJoiner(text, 0);
    return { request: sent({ body, tells: "anew" }), seam: new Seam(joiner, thoughts) };
  }

  /** Takes over what another process began: its events, in order. */
  restore(events: Iterable<StreamEvent>): void {
    const { view } = this;
    let chars = 0;
    let checkpoint = 0;
    let replay = false;
    for (const event of events) {
      if (event.type === "attempt") replay = event.how === "replay";
      // What a replay told was new: it goes on where the view stands.
      if (event.type === "attempt" && !replay) {
        view.anew();
        this.base = event.how === "token" ? checkpoint : 0;
        if (event.how === "anchor") this.base = chars;
      }
      if (event.type !== "chunk") continue;
      const { candidates, interactionEvent } = event.chunk;
      const told = interactionEvent as InteractionEvent | undefined;
      // Unless it was joined by its text, and told from its start.
      if (replay && /created|\.start$/.test(told?.event_type ?? "") && told?.interaction)
        view.forget();
      if (told) view.read(told);
      this.everCreated ||= view.created;
      for (const part of candidates?.[0]?.content?.parts ?? [])
        if (!part.thought) chars += part.text?.length ?? 0;
      if (candidates?.[0]?.continuationToken) checkpoint = chars;
    }
    // Its end came and was not acted on; only told from the start is it told again.
    if (view.ended) view.reopen();
    this.asked = this.body.input;
    if (this.everCreated) this.home = this.caller.url(HOME);
  }

  /** A run in the background goes on without us, and is paid for. */
  stopped(): void {
    const { options, view } = this;
    if (!this.isPatient() || options.onStop === "leave" || !view.id || view.ended) return;
    const path = `interactions/${encodeURIComponent(view.id)}/cancel`;
    const url = () => this.home + path.slice(HOME.length);
    call({ ...this.caller, url }, path, { method: "POST" }).catch(() => {});
  }

  /** Read on at the server; what a body tells again is recognised by its place. */
  private replay(delivered: Delivered): { request: GeminiRequest; seam: Seam } {
    const { view, replays } = this;
    const path = `interactions/${encodeURIComponent(view.id as string)}`;
    // Text that was told but never joined is in no place the view could know.
    const told = this.base === 0 || view.textChars > 0;
    const settled = told && this.base + view.textChars === delivered.text.length;
    const whole = replays >= FRUITLESS_REPLAYS && replays % 2 === 0;
    if (!settled) view.forget();
    const from = whole || !settled || view.eventId === undefined ? "start" : "event";
    const query = new URLSearchParams({ stream: "true" });
    if (from === "event") query.set("last_event_id", view.eventId as string);
    const joiner = settled ? FRESH : matchJoiner(delivered.text, this.base);
    const request = sent({ path: whole ? path : `${path}?${query}`, tells: from });
    return { request, seam: new Seam(joiner, !settled && delivered.thoughts) };
  }

  private first(): Sending {
    const { interaction, lastEventId } = this.options;
    if (interaction === undefined) return { body: { ...this.body, stream: true }, tells: "anew" };
    const query = new URLSearchParams({ stream: "true" });
    if (lastEventId !== undefined) query.set("last_event_id", lastEventId);
    const path = `interactions/${encodeURIComponent(interaction)}?${query}`;
    return { path, tells: lastEventId === undefined ? "start" : "event" };
  }

  /** A stored interaction knows its input; another must be told what it was told. */
  private hop(body: InteractionRequest, token: string): typeof body & { stream: boolean } {
    const { input: _, ...rest } = body;
    const { issued } = this.view;
    const on = { ...rest, stream: true, continuation_token: token };
    if (issued?.id && issued.token === token && body.store !== false)
      return { ...on, previous_interaction_id: issued.id };
    const input = issued === this.issued?.by ? this.issued?.input : this.asked;
    return { ...on, ...(input !== undefined && { input }) };
  }

  private mayCreate(failure: Failure): boolean {
    const { options, body } = this;
    if (options.interaction !== undefined) return false;
    if (options.mayCreateTwice || (body.store === false && !body.background)) return true;
    if (this.everCreated) return false;
    return !mayHaveBegun(failure);
  }

  private isKept(): boolean {
    return this.view.id !== undefined && this.isStored();
  }

  private isStored(): boolean {
    return this.body.store !== false;
  }

  /** Runs on without a reader, and may be silent for long. */
  private isPatient(): boolean {
    const { body, options } = this;
    return body.background === true || options.interaction !== undefined || !!body.agent;
  }

  /** As much of the request as the ladder looks at. */
  private asGemini(): GeminiRequest {
    const { response_format: format, response_mime_type: mimeType } = this.body;
    const structured = format !== undefined || /json/.test(mimeType ?? "");
    return {
      contents: [],
      ...(structured && { generationConfig: { responseMimeType: "application/json" } }),
    };
  }
}

function sent(sending: Sending): GeminiRequest {
  return { contents: [], sending };
}

function textOf(body: InteractionRequest): string {
  return JSON.stringify(body);
}
