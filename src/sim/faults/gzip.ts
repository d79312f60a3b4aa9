// The fault `gzip`.
import type { Fault } from "./fault.ts";

export const gzip: Fault = {
  word: "gzip",
  does: "Compresses the body; in process it arrives decoded, as it does from fetch.",
  takes: {},
  example: "gzip",
  around: (reply) => ({
    ...reply,
    headers: { ...reply.headers, "content-encoding": "gzip" },
    gzip: true,
  }),
};
