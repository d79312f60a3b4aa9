// The log lines: one a stream at its end, one a request at the level debug. Whatever is written passes
// redaction, and neither prompts nor answers are written unless that is switched on.
import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";
import { redact } from "../../core/failures.ts";
import type { TerminalEvent } from "../../core/index.ts";
import type { Served, StreamInfo, Watcher } from "../watcher.ts";
import { fateOf } from "./fate.ts";

export type { Logger };

/** A logger whose every line passes redaction. */
export function makeLogger(level: string, destination: DestinationStream): Logger {
  // The last thing before a line leaves: no field, message or stack gets around it.
  const clean: DestinationStream = { write: (line: string) => destination.write(redact(line)) };
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: errorOf },
  };
  return pino(options, clean);
}

const STACK_LINES_MAX = 8;

function errorOf(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack = "", cause } = error;
  return {
    name,
    message,
    stack: stack
      .split("\n")
      .slice(1, STACK_LINES_MAX + 1)
      .join("\n"),
    ...(cause !== undefined && { cause: errorOf(cause) }),
  };
}

/** Writes a log line for each stream and request. */
export class Lines implements Watcher {
  private readonly log: Logger;
  private readonly content: boolean;

  constructor(log: Logger, content: boolean) {
    this.log = log;
    this.content = content;
  }

  begin(info: StreamInfo): void {
    if (info.takenOver) this.log.warn(fieldsOf(info), "stream taken over");
  }

  end(info: StreamInfo, end: TerminalEvent): void {
    const { usage, splices, attempts, ttftMs, totalMs, finishReason, responseId, notResumed } = end;
    const problem = "failure" in end ? end.failure : undefined;
    const fields = {
      ...fieldsOf(info),
      outcome: end.type,
      fate: fateOf(end),
      attempts,
      splices: splices.length,
      ttftMs,
      totalMs,
      chars: end.text.length,
      finishReason,
      responseId,
      notResumed,
      ...(usage && {
        tokensIn: usage.prompt,
        tokensOut: usage.output,
        tokensThought: usage.thoughts,
      }),
      ...(problem && { code: problem.code, problem: problem.message, next: problem.next }),
      ...(this.content && { text: end.text }),
    };
    if (end.type === "failed") this.log.warn(fields, "stream failed");
    else this.log.info(fields, "stream ended");
  }

  served(served: Served): void {
    const { ms, ...rest } = served;
    this.log.debug({ ...rest, ms: Math.round(ms * 10) / 10 }, "request");
  }
}

function fieldsOf({ id, requestId, client, model, door }: StreamInfo) {
  return { stream: id, requestId, client, model, door };
}
