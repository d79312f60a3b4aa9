// The fault `gzip`.
import type { Fault } from "./fault.ts";

export const gzip: Fault = {
  word: "gzip",
  does: "Compresses the body.",
  example: "gzip",
  headers: (headers) => ({ ...headers, "content-encoding": "gzip" }),
};
