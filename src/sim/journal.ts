// What arrived and what became of it. Keys are never kept, only that there was one.

/** One request that the simulator met, and what became of it. */
export interface JournalEntry {
  n: number;
  at: string;
  method: string;
  path: string;
  model?: string;
  /** Which attempt at the same answer this was, from 1. */
  attempt?: number;
  /** Words of the faults that met it. */
  faults: string[];
  key: "none" | "header" | "query" | "bearer";
  headers: Record<string, string>;
  body?: unknown;
  /** 0 where no answer was given at all. */
  status?: number;
  outcome: "open" | "sent" | "cut" | "refused" | "client left";
  clientLeftAt?: string;
  /** The whole answer as this attempt told it. */
  truth?: string;
}

const ENTRIES_MAX = 1_000;
const BODY_CHARS_MAX = 20_000;
/** A shorter key would be found in innocent words. */
const KEY_CHARS_MIN = 4;
const KEY_HEADERS =
  /^(x-goog-api-key|authorization|proxy-authorization|cookie|x-goog-iam-authorization-token)$/;
const KEY_QUERIES = ["key", "access_token", "upload_token"];
/** What looks like a key wherever it stands. */
const KEY_SHAPES = /\bAIza[\w-]{10,}|\bya29\.[\w.-]+|\bBearer\s+[^\s"',]+|\bsk-[\w-]{16,}/gi;
const MARK = "[REDACTED]";

export class Journal {
  private readonly entries: JournalEntry[] = [];
  private count = 0;

  get list(): readonly JournalEntry[] {
    return this.entries;
  }

  add(entry: Omit<JournalEntry, "n">): JournalEntry {
    this.count += 1;
    const full = { n: this.count, ...entry };
    this.entries.push(full);
    if (this.entries.length > ENTRIES_MAX) this.entries.shift();
    return full;
  }

  clear(): void {
    this.entries.length = 0;
  }
}

export interface Caller {
  key: string | undefined;
  kind: JournalEntry["key"];
}

export function callerOf(url: URL, headers: Record<string, string>): Caller {
  const own = headers["x-goog-api-key"];
  if (own) return { key: own, kind: "header" };
  const query = url.searchParams.get("key") ?? url.searchParams.get("$key");
  if (query) return { key: query, kind: "query" };
  const bearer = bearerOf(headers);
  return bearer ? { key: bearer, kind: "bearer" } : { key: undefined, kind: "none" };
}

function bearerOf(headers: Record<string, string>): string | undefined {
  return /^Bearer\s+(.+)$/i.exec(headers.authorization ?? "")?.[1];
}

/** Takes every copy of the request's own keys out of a text, and whatever else looks like a key. */
export function cleaner(url: URL, headers: Record<string, string>): (text: string) => string {
  const keys = [
    headers["x-goog-api-key"],
    bearerOf(headers),
    ...KEY_QUERIES.map((name) => url.searchParams.get(name)),
  ].filter((key) => typeof key === "string" && key.length >= KEY_CHARS_MIN) as string[];
  const forms = keys.flatMap((key) => [
    key,
    encodeURIComponent(key),
    JSON.stringify(key).slice(1, -1),
  ]);
  return (text) =>
    forms.reduce((all, form) => all.replaceAll(form, MARK), text).replace(KEY_SHAPES, MARK);
}

/** What may be kept of a request. */
export function noted(
  url: URL,
  headers: Record<string, string>,
  body: string,
  clean: (text: string) => string,
): Pick<JournalEntry, "path" | "headers" | "body"> {
  const shown = new URL(url);
  for (const name of KEY_QUERIES)
    if (shown.searchParams.has(name)) shown.searchParams.set(name, "REDACTED");
  const kept = Object.entries(headers).filter(([name]) => !KEY_HEADERS.test(name));
  return {
    path: clean(shown.pathname + shown.search),
    headers: Object.fromEntries(kept.map(([name, value]) => [name, clean(value)])),
    ...(body !== "" && { body: parsed(clean(body)) }),
  };
}

function parsed(text: string): unknown {
  if (text.length > BODY_CHARS_MAX) return `${text.slice(0, BODY_CHARS_MAX)}…`;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
