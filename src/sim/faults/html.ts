// The fault `html`.
import type { Fault } from "./fault.ts";

const PAGES: Readonly<Record<string, string>> = {
  nginx: "bad_gateway_proxy",
  cloudflare: "gateway_timeout_proxy",
  google: "google_frontend_5xx",
  portal: "html_instead_of_json",
};

export const html: Fault = {
  word: "html",
  does: "Sends a web page: of a proxy (502), of Cloudflare (524), of Google's front end (502), or of a login portal (200).",
  takes: { words: Object.keys(PAGES) },
  example: "html · html cloudflare · html google · html portal",
  reply: ({ words }, context) => context.error(PAGES[words[0] ?? "nginx"] as string),
};
