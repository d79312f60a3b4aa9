// Events → the bytes that a client of Gemini's or of OpenAI's API expects, streamed or whole. How a
// stream ended is never left out and never made up.
import {
  ArrayEncode,
  blockWord,
  DONE,
  encodeNative,
  encodeOpenAi,
  finishWord,
  type GeminiChunk,
  type GeminiPart,
} from "../wire/index.ts";
import { OpenAiEncode, openAiCompletion } from "../wire/openai.ts";
import { textCompletion, textPiece } from "../wire/openai-text.ts";
import type { TerminalEvent } from "./event.ts";
import { FAILURES, type Failure, failure } from "./failure-table.ts";
import { interactionError } from "./interaction-error.ts";
import { soundChunk } from "./sound-chunk.ts";

/** Whose words an error is told in. */
export type Api = Form["api"] | "interactions";

/** In which API's words, and in which framing, a client wants its answer. */
export interface Form {
  api: "gemini" | "openai" | "openai-text";
  /** `array` is Gemini's stream without `alt=sse`; `lines` is bare JSON with blank lines between. */
  shape: "sse" | "array" | "lines" | "whole";
  /** OpenAI's `stream_options.include_usage`. */
  usage?: boolean;
}

/** What an answer is called in OpenAI's API. */
interface Name {
  model: string;
  id: string;
  created: number;
}

const CONTENT_TYPES: Record<Form["shape"], string> = {
  sse: "text/event-stream",
  array: "application/json; charset=UTF-8",
  lines: "application/x-ndjson",
  whole: "application/json; charset=UTF-8",
};

/** The `content-type` of an answer in this form. */
export function contentTypeOf({ shape }: Form): string {
  return CONTENT_TYPES[shape];
}

/** Writes one answer, chunk by chunk, in the form that its client asked for. */
export class FormEncode {
  readonly form: Form;
  private last: GeminiChunk = {};
  private readonly array = new ArrayEncode();
  private readonly chunks: GeminiChunk[] = [];
  private readonly openai: OpenAiEncode;
  /** Reasons to finish, by choice. */
  private readonly held = new Map<number, string>();
  /** How the answer ended, as far as the client was told. */
  private told: string | undefined;

  constructor(form: Form, { model, id, created }: Name) {
    this.form = form;
    const prefix = form.api === "openai-text" ? "cmpl" : "chatcmpl";
    this.openai = new OpenAiEncode(model, `${prefix}-${id}`, created);
  }

  /** One chunk; `json` is what it came as, if that is at hand. */
  take(chunk: () => GeminiChunk, json?: string): string {
    const { api, shape } = this.form;
    if (api === "gemini" && shape === "sse" && json !== undefined && isPlain(json)) {
      if (this.told !== undefined && SAYS_MORE.test(json)) this.told = undefined;
      return encodeNative(json);
    }
    const clean = withoutHop(soundChunk(chunk()));
    // An end that is followed by more was none.
    this.told = endWord(clean) ?? (saysMore(clean) ? undefined : this.told);
    if (shape === "whole") {
      this.chunks.push(clean);
      return "";
    }
    if (api === "gemini") {
      if (shape === "sse" && json !== undefined && !isHop(json)) return encodeNative(json);
      if (shape === "array") return this.array.element(JSON.stringify(clean, null, 2));
      return shape === "lines"
        ? `${JSON.stringify(clean)}\n\n`
        : encodeNative(JSON.stringify(clean));
    }
    this.last = { ...this.last, ...clean };
    return this.piece(this.openai.chunk(clean));
  }

  /** A reason to finish waits until the stream has ended: OpenAI's clients read no further. */
  private piece({ choices, ...envelope }: ReturnType<OpenAiEncode["chunk"]>): string {
    const said = choices.flatMap(({ finish_reason, ...choice }) => {
      if (finish_reason !== null) this.held.set(choice.index, finish_reason);
      return Object.keys(choice.delta).length > 0 ? [{ ...choice, finish_reason: null }] : [];
    });
    return said.length > 0 ? this.spoken({ ...envelope, choices: said }) : "";
  }

  private finish(): string {
    const choices = [...this.held].map(([index, finish_reason]) => ({
      index,
      delta: {},
      finish_reason,
    }));
    return choices.length > 0 ? this.spoken({ ...this.openai.chunk({}), choices }) : "";
  }

  private spoken(piece: ReturnType<OpenAiEncode["chunk"]>): string {
    return this.frame(JSON.stringify(this.form.api === "openai-text" ? textPiece(piece) : piece));
  }

  /** Why this end is an error for the client, if it is one: it would take it for another end. */
  problem(end: TerminalEvent): Failure | undefined {
    const { told } = this;
    // A block is no other word that an attempt before it said.
    const isOther = end.type === "blocked" && (told === "STOP" || told === "MAX_TOKENS");
    const isSaid = end.finishReason !== undefined || (told !== undefined && !isOther);
    return isBroken(end) || !isSaid ? failureOf(end) : undefined;
  }

  /** What follows the last chunk. */
  end(end: TerminalEvent): string {
    const { api, shape, usage } = this.form;
    const problem = this.problem(end);
    const last = problem ? "" : this.lastWord(end);
    if (shape === "whole") return JSON.stringify(this.whole(), null, api === "gemini" ? 2 : 0);
    const error = problem ? JSON.stringify(errorBody(problem, api)) : "";
    if (shape === "array") return last + (error && this.array.element(error)) + this.array.end();
    if (error) return this.frame(error);
    if (api === "gemini") return last;
    const counted = usage ? this.frame(JSON.stringify(this.openai.usage(this.last))) : "";
    return last + this.finish() + counted + (shape === "sse" ? encodeOpenAi(DONE) : "");
  }

  /** The upstream's last word, where it came with content that could not be joined. */
  private lastWord({ finishReason }: TerminalEvent): string {
    if (finishReason === undefined || finishReason === this.told) return "";
    const content = { parts: [], role: "model" };
    return this.take(() => ({ candidates: [{ content, finishReason, index: 0 }] }));
  }

  /** An error that no stream ended with, such as a gateway that lost its log. */
  error(problem: Failure): string {
    const body = JSON.stringify(errorBody(problem, this.form.api));
    if (this.form.shape === "array") return this.array.element(body) + this.array.end();
    return this.frame(body);
  }

  private frame(json: string): string {
    const { api, shape } = this.form;
    if (shape === "lines") return `${json}\n\n`;
    return api === "gemini" ? encodeNative(json) : encodeOpenAi(json);
  }

  private whole(): unknown {
    let last: GeminiChunk = {};
    for (const chunk of this.chunks) last = { ...last, ...chunk };
    const { api } = this.form;
    if (api === "gemini") return joined(this.chunks, last);
    const pieces = this.chunks.map((chunk) => this.openai.chunk(chunk));
    const completion = openAiCompletion(pieces, last);
    return api === "openai" ? completion : textCompletion(completion);
  }
}

/** Whether the answer's text may be cut. `incomplete` at its own limit is an end like another. */
export function isBroken(end: TerminalEvent): boolean {
  return end.type === "failed" || end.type === "stopped" || isUnverified(end);
}

/** Whether it looked whole, and its end could not be confirmed. */
export function isUnverified(end: TerminalEvent): boolean {
  return end.type === "incomplete" && end.failure?.code === "end_unverified";
}

/** Why a stream that ended badly did so. */
export function failureOf(end: TerminalEvent): Failure {
  if ("failure" in end && end.failure) return end.failure;
  return failure(end.type === "stopped" ? "abort_by_client" : "unknown");
}

/** The HTTP status under which a failure is passed on. */
export function statusOf(problem: Failure): number {
  const { httpStatus, code } = problem;
  return httpStatus && httpStatus >= 400 ? httpStatus : FAILURES[code].status;
}

/** A failure as the error body of an API. */
export function errorBody(problem: Failure, api: Api) {
  const code = statusOf(problem);
  if (api === "interactions") return { error: interactionError(problem, code) };
  const message = `${problem.message} (${problem.code}) ${problem.next}`;
  if (api !== "gemini")
    return { error: { message, type: problem.kind, param: null, code: problem.code } };
  const delay = problem.retryAfterMs;
  const details =
    delay === undefined
      ? []
      : [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${delay / 1000}s` }];
  const status =
    problem.grpcStatus ??
    STATUS_WORDS[code] ??
    (code >= 500 ? "UNAVAILABLE" : "FAILED_PRECONDITION");
  return { error: { code, message, status, ...(details.length > 0 && { details }) } };
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ABORTED",
  429: "RESOURCE_EXHAUSTED",
  499: "CANCELLED",
  504: "DEADLINE_EXCEEDED",
};

/** An error before the first byte: its status says it, and when to come back. */
export function refusalOf(
  problem: Failure,
  api: Api,
): { status: number; headers: Record<string, string>; body: string } {
  const { retryAfterMs } = problem;
  return {
    status: statusOf(problem),
    headers: {
      "content-type": "application/json; charset=UTF-8",
      "x-pollux-failure": problem.code,
      // Everything worth trying again was tried.
      "x-should-retry": "false",
      ...(retryAfterMs !== undefined && { "retry-after": String(Math.ceil(retryAfterMs / 1000)) }),
    },
    body: `${JSON.stringify(errorBody(problem, api), null, 2)}\n`,
  };
}

/** Nothing in it that has to be looked at: an end, a hop, a line break. */
function isPlain(json: string): boolean {
  return !json.includes("finishReason") && !json.includes("blockReason") && !isHop(json);
}

function isHop(json: string): boolean {
  return /ontinuationToken|CONTINUATION|[\r\n]/.test(json);
}

const SAYS_MORE = /"(?:text|functionCall|inlineData|executableCode|codeExecutionResult)"/;

function saysMore({ candidates }: GeminiChunk): boolean {
  const parts = candidates?.[0]?.content?.parts ?? [];
  return parts.some(({ text, ...rest }) =>
    text !== undefined ? text !== "" : Object.keys(rest).length > 0,
  );
}

function endWord({ candidates, promptFeedback }: GeminiChunk): string | undefined {
  return finishWord(candidates?.[0]?.finishReason) ?? blockWord(promptFeedback?.blockReason);
}

/** The answer goes on by itself: the client must not take the end of a hop for its own business. */
function withoutHop(chunk: GeminiChunk): GeminiChunk {
  const first = chunk.candidates?.[0];
  if (first?.continuationToken === undefined && first?.finishReason !== "CONTINUATION")
    return chunk;
  const { continuationToken: _, finishReason, ...rest } = first;
  const finish =
    finishReason === undefined || finishReason === "CONTINUATION" ? {} : { finishReason };
  return { ...chunk, candidates: [{ ...rest, ...finish }] };
}

function joined(chunks: readonly GeminiChunk[], last: GeminiChunk): GeminiChunk {
  const byIndex = new Map<number, NonNullable<GeminiChunk["candidates"]>[number]>();
  for (const chunk of chunks) {
    for (const candidate of chunk.candidates ?? []) {
      const index = candidate.index ?? 0;
      const known = byIndex.get(index);
      const parts = [...(known?.content?.parts ?? [])];
      for (const part of candidate.content?.parts ?? []) {
        const before = parts.at(-1);
        if (before && isText(before) && isText(part) && before.thought === part.thought) {
          parts[parts.length - 1] = { ...before, ...part, text: before.text + part.text };
        } else parts.push(part);
      }
      byIndex.set(index, {
        ...known,
        ...candidate,
        content: { ...candidate.content, parts },
        index,
      });
    }
  }
  const candidates = [...byIndex.values()];
  return { ...last, ...(candidates.length > 0 && { candidates }) };
}

function isText(part: GeminiPart): part is GeminiPart & { text: string } {
  return typeof part.text === "string";
}
