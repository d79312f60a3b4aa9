// The fault `redirect`.
import type { Fault } from "./fault.ts";

export const redirect: Fault = {
  word: "redirect",
  does: "Redirects to another address.",
  example: "redirect",
  reply: () => ({
    status: 302,
    headers: { location: "https://example.com/elsewhere" },
    pieces: [],
  }),
};
