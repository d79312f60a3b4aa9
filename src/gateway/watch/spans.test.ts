import assert from "node:assert/strict";
import { test } from "node:test";
import { context, propagation, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { failure } from "../../core/failures.ts";
import type { StreamEvent, TerminalEvent } from "../../core/index.ts";
import type { StreamInfo } from "../watcher.ts";
import { Spans } from "./spans.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const INFO: StreamInfo = {
  id: "s1",
  requestId: "r1",
  client: "web",
  model: "gemini-3.6-flash",
  door: "native",
  startedAtMs: Date.now(),
  traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
  takenOver: false,
};

test("a span a stream, one an attempt below it, in the caller's own trace", () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  propagation.setGlobalPropagator({
    inject: () => {},
    extract: (within, carrier) => {
      const [, traceId = "", spanId = ""] = (carrier as { traceparent: string }).traceparent.split(
        "-",
      );
      return trace.setSpanContext(within, { traceId, spanId, traceFlags: 1, isRemote: true });
    },
    fields: () => ["traceparent"],
  });
  const spans = new Spans(provider.getTracer("test"));
  const tell = (event: object) => spans.event(INFO, { seq: 0, t: 1, ...event } as StreamEvent);
  spans.begin(INFO);
  tell({ type: "attempt", n: 1, reason: "first", how: "fresh" });
  tell({ type: "failure", attempt: 1, failure: failure("conn_reset"), verdict: "resume" });
  tell({ type: "attempt", n: 2, reason: "resume", how: "anchor" });
  tell({ type: "splice", at: 5, how: "anchor", cause: "conn_reset", confidence: "exact" });
  spans.end(INFO, {
    seq: 9,
    t: 9,
    type: "done",
    text: "",
    attempts: 2,
    retried: false,
    recovered: true,
    splices: [],
    totalMs: 9,
    finishReason: "STOP",
    usage: { prompt: 1, output: 2, thoughts: 3, cached: 0, total: 6 },
  } as TerminalEvent);
  const [first, second, whole] = exporter.getFinishedSpans();
  assert.deepEqual(
    [first?.name, second?.name, whole?.name],
    ["attempt", "attempt", "generate_content gemini-3.6-flash"],
  );
  assert.equal(first?.status.code, SpanStatusCode.ERROR);
  assert.equal(first?.attributes["error.type"], "conn_reset");
  assert.equal(whole?.spanContext().traceId, TRACE);
  assert.equal(first?.parentSpanContext?.spanId, whole?.spanContext().spanId);
  assert.equal(whole?.attributes["gen_ai.usage.output_tokens"], 5);
  assert.equal(whole?.attributes["pollux.fate"], "completed_after_recovery");
  assert.deepEqual(
    whole?.events.map(({ name }) => name),
    ["failure", "splice"],
  );
  propagation.disable();
  context.disable();
});

test("without an SDK nothing happens, and nothing breaks", () => {
  const spans = new Spans();
  spans.begin(INFO);
  spans.lost(INFO);
});
