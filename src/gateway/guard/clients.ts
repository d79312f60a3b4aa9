// Who asks. Tokens are kept as hashes; a token is shown once, when it is made.
import { Refusal } from "../refusal.ts";

/** A client as the file of tokens has it. */
export interface ClientEntry {
  name: string;
  /** SHA-256 of the token, as hex. */
  hash: string;
  operator?: boolean | undefined;
  /** ISO date after which it is refused. */
  expires?: string | undefined;
  models?: readonly string[] | undefined;
  requestsPerMinute?: number | undefined;
  tokensPerMinute?: number | undefined;
  streams?: number | undefined;
}

export type KnownClient = Omit<ClientEntry, "hash" | "operator" | "expires"> & {
  operator: boolean;
};

const PREFIX = "plx_";
const TOKEN_BYTES = 32;
const COOKIE = "pollux_token";

/** A token that nobody can guess. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  const text = btoa(String.fromCharCode(...bytes));
  return PREFIX + text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

/** What is kept of a token. */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What is used where no tokens are set up: whoever reaches the address. */
const LOCAL: KnownClient = Object.freeze({ name: "local", operator: true });

/** Tells by its token who asks. */
export class Clients {
  private entries: readonly ClientEntry[] = [];
  private readonly now: () => number;

  constructor(entries: readonly ClientEntry[], now: () => number) {
    this.now = now;
    this.reload(entries);
  }

  get isOpen(): boolean {
    return this.entries.length === 0;
  }

  reload(entries: readonly ClientEntry[]): void {
    this.entries = [...entries];
  }

  async authenticate(
    headers: Readonly<Record<string, string | undefined>>,
    search: string,
  ): Promise<KnownClient> {
    if (this.isOpen) return LOCAL;
    const token = tokenOf(headers, search);
    if (token === undefined) throw new Refusal("client_token_missing");
    const hash = await hashToken(token);
    let found: ClientEntry | undefined;
    // Every entry is looked at, so that time does not tell which one nearly fitted.
    for (const entry of this.entries) if (isEqual(entry.hash, hash)) found = entry;
    if (!found) throw new Refusal("client_token_invalid");
    const { hash: _, expires, operator = false, ...rest } = found;
    // A date that is none is no date in the future.
    if (expires !== undefined && !(Date.parse(expires) > this.now()))
      throw new Refusal("client_token_invalid", "This client token has expired.");
    return { ...rest, operator };
  }
}

/** Each API has its own place for a key. */
function tokenOf(
  headers: Readonly<Record<string, string | undefined>>,
  search: string,
): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const cookie = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;\\s]+)`).exec(headers.cookie ?? "")?.[1];
  return bearer ?? headers["x-goog-api-key"] ?? new URLSearchParams(search).get("key") ?? cookie;
}

/** The cookie that signs a page in. */
export function cookieOf(token: string, secure: boolean): string {
  const more = secure ? "; Secure" : "";
  return `${COOKIE}=${token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000${more}`;
}

/** In the same time wherever they differ; `b` is what is known. */
export function isEqual(a: string, b: string): boolean {
  let differs = a.length ^ b.length;
  for (let i = 0; i < b.length; i += 1) differs |= (a.charCodeAt(i) || 0) ^ b.charCodeAt(i);
  return differs === 0;
}
