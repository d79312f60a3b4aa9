// The fault `redirect`.
import type { Fault } from "./fault.ts";

/** A page of the simulator's own that is no Gemini. */
const ELSEWHERE = "/sim/elsewhere";

export const redirect: Fault = {
  word: "redirect",
  does: "Redirects to a web page, to a given address, or in a `loop`.",
  takes: { numbers: 1, words: /^(loop|https?:\/\/\S+)$/, described: "a status, an address, loop" },
  example: "redirect · redirect 307 · redirect loop · redirect https://example.com/",
  reply({ numbers, words }) {
    const target = words[0] ?? ELSEWHERE;
    const location = target === "loop" ? "/sim/loop" : target;
    const headers = { location, "content-type": "text/html; charset=UTF-8" };
    return { status: numbers[0] ?? 302, headers, pieces: [] };
  },
};
