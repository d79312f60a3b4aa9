// A page that signs in holds its token in a cookie, which the browser sends along with whatever other
// sites make it ask. So a change that is allowed by the cookie alone needs a word that only our own
// pages can read.
import { Refusal } from "../refusal.ts";
import { hashToken, isEqual } from "./clients.ts";

const CSRF_HEADER = "x-pollux-csrf";
const WORD_CHARS = 32;

type Headers = Readonly<Record<string, string | undefined>>;

export async function csrfOf({ cookie = "" }: Headers): Promise<string> {
  const token = /(?:^|;\s*)pollux_token=([^;\s]+)/.exec(cookie)?.[1];
  return token === undefined ? "" : (await hashToken(`csrf:${token}`)).slice(0, WORD_CHARS);
}

export async function checkCsrf(method: string, headers: Headers): Promise<void> {
  if (method === "GET" || method === "HEAD") return;
  // Whoever sends a token of their own has not been talked into it. A name and password in the address
  // of a form would make an authorization too, and the cookie would still say who asks.
  if (/^bearer /i.test(headers.authorization ?? "") || headers["x-goog-api-key"] !== undefined)
    return;
  const wanted = await csrfOf(headers);
  if (wanted !== "" && !isEqual(headers[CSRF_HEADER] ?? "", wanted))
    throw new Refusal(
      "origin_refused",
      `The header ${CSRF_HEADER} is missing or old; reload the page.`,
    );
}
