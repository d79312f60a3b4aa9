// Traces through OpenTelemetry: a span a stream, a span an attempt below it. Without an SDK in the
// process this does nothing.
import {
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { isTerminal, type StreamEvent, type TerminalEvent } from "../../core/index.ts";
import type { StreamInfo, Watcher } from "../watcher.ts";
import { fateOf } from "./fate.ts";

interface Open {
  span: Span;
  within: Context;
  attempt: Span | undefined;
}

/** Traces each stream and attempt through OpenTelemetry, where an SDK is set up. */
export class Spans implements Watcher {
  private readonly open = new Map<string, Open>();
  private readonly tracer: Tracer;

  constructor(tracer: Tracer = trace.getTracer("pollux")) {
    this.tracer = tracer;
  }

  begin(info: StreamInfo): void {
    const { traceparent } = info;
    const parent = traceparent
      ? propagation.extract(context.active(), { traceparent })
      : context.active();
    const span = this.tracer.startSpan(
      `generate_content ${info.model}`,
      {
        kind: SpanKind.CLIENT,
        startTime: info.takenOver ? Date.now() : info.startedAtMs,
        attributes: {
          "gen_ai.operation.name": "generate_content",
          "gen_ai.provider.name": "gcp.gemini",
          "gen_ai.request.model": info.model,
          "pollux.stream.id": info.id,
          "pollux.request.id": info.requestId,
          "pollux.client": info.client,
          "pollux.door": info.door,
          "pollux.taken_over": info.takenOver,
        },
      },
      parent,
    );
    this.open.set(info.id, { span, within: trace.setSpan(parent, span), attempt: undefined });
  }

  event(info: StreamInfo, event: StreamEvent): void {
    if (event.type === "chunk" || isTerminal(event)) return;
    const open = this.open.get(info.id);
    if (!open) return;
    if (event.type === "attempt") {
      open.attempt?.end();
      const attributes = {
        "pollux.attempt": event.n,
        "pollux.reason": event.reason,
        "pollux.how": event.how,
      };
      open.attempt = this.tracer.startSpan(
        "attempt",
        { kind: SpanKind.CLIENT, attributes },
        open.within,
      );
    } else if (event.type === "failure") {
      const { code, message } = event.failure;
      open.attempt?.setAttribute("error.type", code);
      open.attempt?.setStatus({ code: SpanStatusCode.ERROR, message });
      open.attempt?.end();
      open.attempt = undefined;
      open.span.addEvent("failure", { code, verdict: event.verdict });
    } else if (event.type === "stall") {
      open.span.addEvent("stall", { silentMs: event.silentMs });
    } else if (event.type === "splice") {
      const { at, how, cause, confidence } = event;
      open.span.addEvent("splice", { at, how, cause, confidence });
    } else if (event.type === "first") open.span.addEvent(`first_${event.kind}`);
  }

  lost(info: StreamInfo): void {
    const open = this.open.get(info.id);
    this.open.delete(info.id);
    open?.attempt?.end();
    open?.span.addEvent("handed_over");
    open?.span.end();
  }

  end(info: StreamInfo, end: TerminalEvent): void {
    const open = this.open.get(info.id);
    if (!open) return;
    this.open.delete(info.id);
    open.attempt?.end();
    const { span } = open;
    const { usage, finishReason, responseId, modelVersion, attempts } = end;
    span.setAttributes({
      "pollux.fate": fateOf(end),
      "pollux.attempts": attempts,
      ...(finishReason && { "gen_ai.response.finish_reasons": [finishReason] }),
      ...(responseId && { "gen_ai.response.id": responseId }),
      ...(modelVersion && { "gen_ai.response.model": modelVersion }),
      ...(usage && {
        "gen_ai.usage.input_tokens": usage.prompt,
        "gen_ai.usage.output_tokens": usage.output + usage.thoughts,
      }),
    });
    if (end.type === "failed") {
      span.setAttribute("error.type", end.failure.code);
      span.setStatus({ code: SpanStatusCode.ERROR, message: end.failure.message });
    }
    span.end();
  }
}
