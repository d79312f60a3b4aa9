// The fault `status`.
import { bytesOf } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const status: Fault = {
  word: "status",
  does: "Answers with an HTTP error: a status, or the code of any failure that a server can show.",
  example: "429 retry 2s · status quota_per_day · 503",
  reply(settings, context) {
    const name = settings.words[0] ?? String(settings.numbers[0] ?? 503);
    const { status, headers, text } = context.error(name, settings.retryMs);
    return { status, headers, pieces: [{ kind: "bytes", bytes: bytesOf(text) }] };
  },
};
