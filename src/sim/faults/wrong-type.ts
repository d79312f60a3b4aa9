// The fault `wrong-type`.
import type { Fault } from "./fault.ts";

export const wrongType: Fault = {
  word: "wrong-type",
  does: "Lies about the content type.",
  takes: { words: /^[\w.+-]+\/[\w.+-]+$/, described: "TYPE" },
  example: "wrong-type · wrong-type text/plain",
  around: (reply, { words }) => ({
    ...reply,
    headers: { ...reply.headers, "content-type": words[0] ?? "application/octet-stream" },
  }),
};
