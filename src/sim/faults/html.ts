// The fault `html`.
import { bytesOf } from "../reply.ts";
import type { Fault } from "./fault.ts";

export const html: Fault = {
  word: "html",
  does: "Sends a web page: of a proxy, of Google's front end, or of a login portal with status 200.",
  example: "html · html portal · html google · html cloudflare",
  reply({ words }, context) {
    const name =
      {
        portal: "html_instead_of_json",
        google: "google_frontend_5xx",
        cloudflare: "gateway_timeout_proxy",
      }[words[0] ?? ""] ?? "bad_gateway_proxy";
    const { status, headers, text } = context.error(name);
    return { status, headers, pieces: [{ kind: "bytes", bytes: bytesOf(text) }] };
  },
};
