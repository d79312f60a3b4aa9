// The fault `headers-stall`.
import type { Fault } from "./fault.ts";

export const headersStall: Fault = {
  word: "headers-stall",
  does: "Accepts the request and sends no headers.",
  example: "headers-stall · headers-stall for 3s",
  reply: ({ ms }) =>
    ms === undefined
      ? { status: 0, headers: {}, pieces: [{ kind: "stop", how: "hang" }] }
      : undefined,
  headers: (headers, { ms }) =>
    ms === undefined ? headers : { ...headers, "x-sim-headers-wait": String(ms) },
};
