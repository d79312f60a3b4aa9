// Any pasted error → its cause, whether waiting helps, and the next move. By rules, from structured
// evidence where there is some, from words where there is none.

import {
  classifyBlock,
  classifyErrorBody,
  classifyFinish,
  classifyPage,
  FAILURES,
  failure,
  HTTP_CODES,
  MESSAGE_RULES,
  matchRule,
  quotaCode,
  redactPersonal,
  retryDelay,
  STATUS_CODES,
  THROWN_RULES,
} from "../core/failures.ts";
import type { Failure, FailureCode } from "../core/index.ts";
import { objectsIn, statusIn } from "./peel.ts";
import { LAST_RULES, TEXT_RULES } from "./text-rules.ts";

/** What a pasted error means, and what to do. */
export interface Explanation {
  code: FailureCode;
  /** Slug of the cause, as the documentation groups them. */
  cause: string;
  meaning: string;
  transient: boolean;
  retryAfterMs?: number;
  nextMove: string;
  docs: string;
  /** What it was recognised by, without secrets. */
  evidence: string[];
  confidence: "certain" | "likely" | "guess";
}

const TEXT_CHARS_MAX = 100_000;
const EVIDENCE_CHARS_MAX = 200;

/** Any error text, log line or body → its cause and the next move. */
export function explain(input: string): Explanation {
  const text = input.slice(0, TEXT_CHARS_MAX);
  const found = fromObjects(text) ?? fromWords(text);
  const row = FAILURES[found.failure.code];
  const told = found.failure.retryAfterMs ?? retryDelay({ message: text })?.retryAfterMs;
  return {
    code: row.code,
    cause: row.cause,
    meaning: row.meaning,
    transient: row.transient,
    ...(told !== undefined && row.transient && { retryAfterMs: told }),
    nextMove: row.next,
    docs: row.docs,
    evidence: found.evidence.map((one) =>
      redactPersonal(one).replace(/\s+/g, " ").slice(0, EVIDENCE_CHARS_MAX),
    ),
    confidence: found.confidence,
  };
}

interface Found {
  failure: Failure;
  evidence: string[];
  confidence: Explanation["confidence"];
}

/** An error object, an answer's end, or a block, standing in the text as JSON or nearly so. */
function fromObjects(text: string): Found | undefined {
  const status = statusIn(text);
  for (const value of objectsIn(text)) {
    const first = (Array.isArray(value) ? value[0] : value) as Record<string, unknown> | undefined;
    const seen =
      typeof first === "object" && first !== null ? fromObject(first, status) : undefined;
    if (seen && seen.code !== "unknown") {
      return { failure: seen, evidence: [seen.message], confidence: "certain" };
    }
  }
  return undefined;
}

function fromObject(
  value: Record<string, unknown>,
  status: number | undefined,
): Failure | undefined {
  const feedback = (value.promptFeedback ?? value.prompt_feedback) as
    | { blockReason?: string; block_reason?: string }
    | undefined;
  const block = feedback?.blockReason ?? feedback?.block_reason;
  if (block) return classifyBlock(block);
  const candidate = (value.candidates as Record<string, unknown>[] | undefined)?.[0];
  const finish = (candidate?.finishReason ?? candidate?.finish_reason) as
    | string
    | number
    | undefined;
  if (finish !== undefined) return classifyFinish(finish);
  if (value.error === undefined && !(value.code !== undefined && value.message !== undefined))
    return undefined;
  const seen = classifyErrorBody(value, status);
  // An inner text that says nothing itself leaves it to the words around it.
  const vague = ["unknown", "invalid_argument_unspecified", "not_found_no_body"].includes(
    seen.code,
  );
  const inner = vague && seen.message.length > 40 ? words(seen.message, status) : undefined;
  return inner ?? seen;
}

function fromWords(text: string): Found {
  const status = statusIn(text);
  const known = words(text, status);
  if (known) return { failure: known, evidence: [text.trim()], confidence: "likely" };
  const code = status === undefined ? undefined : HTTP_CODES[status];
  if (code)
    return { failure: failure(code, text), evidence: [`status ${status}`], confidence: "guess" };
  return { failure: failure("unknown", text), evidence: [], confidence: "guess" };
}

function words(text: string, status: number | undefined): Failure | undefined {
  if (/<html|<!doctype|<title/i.test(text)) {
    const page = classifyPage(status ?? statusOfPage(text), text);
    if (page.code !== "html_instead_of_json" || !/DOCTYPE.{0,20}is not valid/i.test(text))
      return page;
  }
  const quota = quotaOf(text, status);
  const code =
    quota ??
    matchRule(NAMED, text) ??
    matchRule(TEXT_RULES, text) ??
    matchRule(MESSAGE_RULES, text) ??
    matchRule(LAST_RULES, text) ??
    matchRule(THROWN_RULES, text) ??
    statusWord(text);
  return code && failure(code, text, { ...retryDelay({ message: text }) });
}

/** Error reasons that say all, whatever surrounds them. */
const NAMED = MESSAGE_RULES.slice(0, 14);

function statusOfPage(text: string): number {
  const found = /\b(50[0-4]|52\d|4\d\d)\b/.exec(text)?.[1];
  return found ? Number(found) : 200;
}

function quotaOf(text: string, status: number | undefined): FailureCode | undefined {
  const named =
    /RESOURCE_EXHAUSTED|ResourceExhausted|quota|rate.?limit|too many requests|resource (has been )?exhausted/i.test(
      text,
    );
  if (
    !(status === 429 || /\b429\b/.test(text)) &&
    !/RESOURCE_EXHAUSTED|ResourceExhausted|quota(Id|Metric|_id|_metric)|quota exceeded|RateLimitError/i.test(
      text,
    )
  )
    return undefined;
  if (!named && status !== 429) return undefined;
  const ids = [...text.matchAll(/quota_?id["'\\]*\s*:\s*["'\\]*([\w-]+)/gi)].map(([, id = ""]) => ({
    id,
  }));
  return quotaCode(text, ids, "", undefined, undefined);
}

function statusWord(text: string): FailureCode | undefined {
  const word =
    /\b(CANCELLED|INVALID_ARGUMENT|FAILED_PRECONDITION|DEADLINE_EXCEEDED|NOT_FOUND|PERMISSION_DENIED|UNAUTHENTICATED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|ABORTED|DATA_LOSS)\b/.exec(
      text,
    )?.[1];
  return word ? STATUS_CODES[word] : undefined;
}
