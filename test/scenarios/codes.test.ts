// Every failure that a stream can meet, produced by the simulator and read back with its verdict.
// The codes that no stream can meet are listed with the reason, so that nothing is left out unseen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FAILURES } from "../../src/core/failures.ts";
import type { FailureCode } from "../../src/core/index.ts";
import { ERROR_BODIES } from "../../src/sim/index.ts";
import { KEY, type Story, tell } from "./harness.ts";

type Verdict = "retry" | "resume" | "stop";
type Row = [
  code: FailureCode,
  scenario: string,
  verdict: Verdict,
  outcome: string,
  more?: Partial<Story>,
];

const STREAMS: Row[] = [
  ["end_unverified", "end after 3 chunks; ok", "resume", "done"],
  ["end_unverified", "no-finish", "stop", "incomplete", { options: { resume: "off" } }],
  ["truncated_stream", "half json after 3 chunks; ok", "resume", "done"],
  ["server_disconnected", "cut after 3 chunks; ok", "resume", "done"],
  ["conn_reset", "reset after 3 chunks; ok", "resume", "done"],
  ["stalled_stream", "stall after 3 chunks; ok", "resume", "done"],
  ["stalled_stream", "stall usage after 3 chunks; ok", "resume", "done"],
  ["stalled_stream", "stall comments after 3 chunks; ok", "resume", "done"],
  ["first_timeout", "stall after 0 chunks; ok", "retry", "done"],
  ["headers_timeout", "headers-stall; ok", "retry", "done"],
  [
    "total_timeout",
    "slow every 40s; ok",
    "resume",
    "done",
    { options: { clocks: { totalMs: 150_000 } } },
  ],
  ["deadline_exceeded", "slow every 40s", "stop", "failed", { options: { deadlineMs: 150_000 } }],
  ["frame_malformed", "garble after 3 chunks; ok", "resume", "done"],
  ["frame_malformed", "garble field after 3 chunks; ok", "resume", "done"],
  ["utf8_invalid", "garble utf8 after 3 chunks; ok", "resume", "done"],
  [
    "event_too_large",
    "huge 2 after 3 chunks",
    "stop",
    "failed",
    { options: { maxEventBytes: 1024 * 1024 } },
  ],
  ["empty_response", "empty; ok", "retry", "done"],
  ["empty_response", "empty; *: empty", "stop", "failed"],
  ["html_instead_of_json", "html portal", "stop", "failed"],
  ["google_frontend_5xx", "html google; ok", "retry", "done"],
  ["bad_gateway_proxy", "html; ok", "retry", "done"],
  ["gateway_timeout_proxy", "html cloudflare; ok", "retry", "done"],
  ["redirect_refused", "redirect", "stop", "failed"],
  ["conn_refused", "connect-refuse", "stop", "failed"],
  ["connect_timeout", "connect-stall; ok", "retry", "done"],
  ["dns_failure", "dns; ok", "retry", "done"],
  ["tls_handshake_cut", "tls; ok", "retry", "done"],
  ["conn_reset", "connect-reset; ok", "retry", "done"],
  ["model_overloaded", "error-event 503 after 3 chunks; ok", "resume", "done"],
  ["model_overloaded", "raw-error 503 after 3 chunks; ok", "resume", "done"],
  ["internal", "error-event 500 bare after 3 chunks; ok", "resume", "done"],
  ["server_cancelled", "raw-error 499 array after 3 chunks; ok", "resume", "done"],
  ["quota_per_minute", "error-event 429 named after 3 chunks; ok", "resume", "done"],
  ["quota_per_day", "error-event quota_per_day after 3 chunks", "stop", "failed"],
  ["max_tokens", "finish MAX_TOKENS after 3 chunks", "stop", "incomplete"],
  ["finish_unknown", "finish NEW_WORD after 3 chunks", "stop", "incomplete"],
  ["continuation_missing", "finish CONTINUATION after 3 chunks", "stop", "incomplete"],
  ["safety_blocked", "finish SAFETY after 3 chunks", "stop", "blocked"],
  ["safety_blocked", "finish BLOCKLIST after 0 chunks", "stop", "blocked"],
  ["language_blocked", "finish LANGUAGE after 3 chunks", "stop", "blocked"],
  ["image_blocked", "finish IMAGE_SAFETY after 0 chunks", "stop", "blocked"],
  ["recitation", "finish RECITATION after 0 chunks; ok", "retry", "done"],
  ["recitation", "finish RECITATION after 3 chunks", "stop", "blocked"],
  ["prompt_blocked", "block SAFETY", "stop", "blocked"],
  ["finish_other", "finish OTHER after 0 chunks; ok", "retry", "done"],
  ["malformed_function_call", "finish MALFORMED_FUNCTION_CALL after 0 chunks; ok", "retry", "done"],
  ["unexpected_tool_call", "finish UNEXPECTED_TOOL_CALL after 0 chunks; ok", "retry", "done"],
  ["too_many_tool_calls", "finish TOO_MANY_TOOL_CALLS after 0 chunks; ok", "retry", "done"],
  ["malformed_response", "finish MALFORMED_RESPONSE after 0 chunks; ok", "retry", "done"],
  ["resume_diverged", "cut after 3 chunks; drift; ok", "resume", "done"],
  [
    "model_turn_refused",
    "cut after 3 chunks; model_turn_refused; ok",
    "resume",
    "done",
    { model: "gemini-3.5-flash" },
  ],
];

/** Codes that only other surfaces show: pasted errors, other clients, other processes. */
const ELSEWHERE: Partial<Record<FailureCode, string>> = {
  body_timeout: "another client's idle timer",
  socket_timeout: "a Python socket",
  client_total_timeout: "another client's total timer",
  client_timeout_truncates: "an SDK's own defect",
  error_shape_array: "an SDK's own parsing",
  parse_error_body: "an SDK's own parsing",
  json_parse_split: "an SDK's own parsing",
  sse_parse: "an SDK's own parsing",
  wrong_endpoint_for_streaming: "an SDK used wrongly",
  proxy_buffering: "seen by its cadence only",
  fetch_failed_unknown: "an SDK that hides the cause",
  browser_fetch_blocked: "a browser",
  goaway: "HTTP/2",
  h2_stream_reset: "HTTP/2",
  tls_record_error: "a damaged TLS connection",
  tls_intercept: "an untrusted certificate",
  tls_expired: "an expired certificate",
  clock_skew: "a certificate of the future",
  proxy_connect_failed: "a proxy",
  gateway_gone: "following a gateway",
  abort_by_client: "the outcome is `stopped`",
  request_invalid: "thrown before anything is sent",
  base_url_invalid: "thrown before anything is sent",
  live_operation_refused: "a live session",
  interaction_not_found: "the Interactions API",
  interaction_failed: "the Interactions API",
  interaction_cancelled: "the Interactions API",
  unknown: "nothing that is known",
  ...Object.fromEntries(
    Object.values(FAILURES).flatMap(({ code, kind }) =>
      kind === "gateway" ? [[code, "a gateway's own"]] : [],
    ),
  ),
};

for (const [code, scenario, verdict, outcome, more] of STREAMS) {
  test(`${code}: ${scenario}`, async () => {
    const { events, answer, truth } = await tell({ scenario, ...more });
    const seen = events.flatMap((event) =>
      event.type === "failure" && event.failure.code === code ? [event] : [],
    );
    assert.ok(
      seen.length > 0,
      `met ${events.flatMap((e) => (e.type === "failure" ? e.failure.code : []))}`,
    );
    assert.equal(seen.at(-1)?.verdict, verdict);
    assert.equal(answer.outcome, outcome);
    if (outcome === "done") assert.equal(answer.text, truth);
    else assert.ok(truth.startsWith(answer.text));
    assert.ok(!JSON.stringify(events).includes(KEY));
  });
}

for (const code of Object.keys(ERROR_BODIES) as FailureCode[]) {
  const { transient } = FAILURES[code];
  test(`${code}: as an HTTP error`, async () => {
    const { events, answer } = await tell({ scenario: `${code}; ok` });
    const met = events.find((event) => event.type === "failure");
    assert.equal(
      met?.type === "failure" && met.failure.code,
      code === "payment_required" ? code : code,
    );
    assert.equal(met?.type === "failure" && met.verdict, transient ? "retry" : "stop");
    assert.equal(answer.outcome === "done", transient);
    assert.equal(answer.retried, transient);
  });
}

test("every code is met by a stream, or it is said where else", () => {
  const met = new Set<string>([...STREAMS.map(([code]) => code), ...Object.keys(ERROR_BODIES)]);
  for (const code of Object.keys(FAILURES)) {
    assert.ok(
      met.has(code) !== code in ELSEWHERE,
      `${code}: met ${met.has(code)}, elsewhere ${code in ELSEWHERE}`,
    );
  }
});
