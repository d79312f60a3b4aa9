// The fault `wrong-type`.
import type { Fault } from "./fault.ts";

export const wrongType: Fault = {
  word: "wrong-type",
  does: "Lies about the content type.",
  example: "wrong-type · wrong-type text/plain",
  headers: (headers, { words }) => ({
    ...headers,
    "content-type": words[0] ?? "application/octet-stream",
  }),
};
