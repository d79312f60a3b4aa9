// The ladder: the ways to go on from delivered text, best first, and the request that each sends.
// What may not be continued is named, so that the reader learns why nothing was tried.
import type { GeminiContent, GeminiRequest } from "../wire/index.ts";
import type { Delivered } from "./delivered.ts";
import type { How } from "./event.ts";
import type { FailureCode } from "./failure-table.ts";
import {
  anchorJoiner,
  anchorOf,
  FRESH,
  type Joiner,
  matchJoiner,
  prefillJoiner,
} from "./splice.ts";

export type NotResumed =
  | "resume_off"
  | "not_transient"
  | "not_resumable"
  | "attempts_spent"
  | "tries_spent"
  | "budget_spent"
  | "deadline_too_near"
  | "function_call_delivered"
  | "server_tool_turn"
  | "several_candidates"
  | "other_parts_delivered"
  | "structured_output"
  | "no_way_left"
  /** Nobody can say whether what was asked exists already, so it is not asked again. */
  | "may_create_twice";

/** State to go on from, and how much text it covers. */
export interface Checkpoint {
  token: string;
  offset: number;
}

export interface Plan {
  how: How;
  request: GeminiRequest;
  joiner: Joiner;
}

/** How often a way is tried again after its text was refused. */
const REFUSALS_MAX: Record<How, number> = {
  fresh: 0,
  replay: 1,
  token: 1,
  prefill: 1,
  anchor: 2,
  rematch: 1,
};

export class Ladder {
  private readonly refused = new Map<How, number>();
  private readonly prefill: boolean;

  constructor(prefill: boolean) {
    this.prefill = prefill;
  }

  /** The attempt sent this way was refused, by the server or for what it answered. */
  refuse(how: How, code: FailureCode): void {
    const more = code === "resume_diverged" ? 1 : REFUSALS_MAX[how];
    this.refused.set(how, (this.refused.get(how) ?? 0) + more);
  }

  /** The next way to go on, or why there is none. */
  next(
    request: GeminiRequest,
    delivered: Delivered,
    checkpoint: Checkpoint | undefined,
  ): How | NotResumed {
    if (delivered.candidates > 1 || (request.generationConfig?.candidateCount ?? 1) > 1) {
      return "several_candidates";
    }
    if (checkpoint && this.open("token")) return "token";
    if (delivered.calls > 0) return "function_call_delivered";
    if (delivered.serverParts > 0) return "server_tool_turn";
    if (delivered.otherParts > 0) return "other_parts_delivered";
    if (isStructured(request)) return this.open("rematch") ? "rematch" : "structured_output";
    if (this.prefill && this.open("prefill")) return "prefill";
    if (anchorOf(delivered.text) !== "" && this.open("anchor")) return "anchor";
    return this.open("rematch") ? "rematch" : "no_way_left";
  }

  private open(how: How): boolean {
    return (this.refused.get(how) ?? 0) < REFUSALS_MAX[how];
  }
}

export function isHow(value: How | NotResumed): value is How {
  return value in REFUSALS_MAX;
}

export function plan(
  how: How,
  request: GeminiRequest,
  delivered: Delivered,
  checkpoint: Checkpoint | undefined,
): Plan {
  const { text } = delivered;
  if (how === "token" && checkpoint) {
    const joiner = matchJoiner(text, checkpoint.offset);
    return { how, request: { ...request, continuationToken: checkpoint.token }, joiner };
  }
  if (how === "prefill") {
    const contents = withModelTurn(request.contents, text);
    return { how, request: shorter({ ...request, contents }, text), joiner: prefillJoiner(text) };
  }
  if (how === "anchor") {
    const anchor = anchorOf(text);
    const turn: GeminiContent = { role: "user", parts: [{ text: instruction(anchor) }] };
    const contents = [...withModelTurn(request.contents, text), turn];
    const asked = shorter({ ...request, contents }, text.slice(0, -anchor.length));
    return { how, request: asked, joiner: anchorJoiner(text, anchor) };
  }
  const joiner = how === "fresh" ? FRESH : matchJoiner(text, 0);
  return { how, request, joiner };
}

export function instruction(anchor: string): string {
  return [
    "Your last message was cut off on its way. Continue it from the exact point where it stops,",
    "in the same language and format, without preamble, apology or summary.",
    "Begin by repeating its last words, character for character. They are:",
    `<<<${anchor}>>>`,
    "Write these words first, without the marks, then go on. If the message was already complete,",
    "write only these words.",
  ].join("\n");
}

function withModelTurn(contents: GeminiContent[], text: string): GeminiContent[] {
  const last = contents.at(-1);
  if (last?.role !== "model") return [...contents, { role: "model", parts: [{ text }] }];
  return [...contents.slice(0, -1), { ...last, parts: [...(last.parts ?? []), { text }] }];
}

/** A limit on output counts for the whole answer, so what was delivered is taken off it. */
function shorter(request: GeminiRequest, delivered: string): GeminiRequest {
  const limit = request.generationConfig?.maxOutputTokens;
  if (limit === undefined) return request;
  const left = Math.max(1, limit - Math.ceil(delivered.length / 4));
  return { ...request, generationConfig: { ...request.generationConfig, maxOutputTokens: left } };
}

function isStructured(request: GeminiRequest): boolean {
  const config = request.generationConfig;
  if (config?.responseSchema || config?.responseJsonSchema) return true;
  return /json|x\.enum/.test(config?.responseMimeType ?? "");
}
