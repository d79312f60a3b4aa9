// What arrived and what became of it. Keys are never kept, only that there was one.

export interface JournalEntry {
  n: number;
  at: string;
  method: string;
  path: string;
  model?: string;
  /** Which attempt at the same answer this was, from 1. */
  attempt?: number;
  faults: string[];
  key: "none" | "header" | "query" | "bearer";
  headers: Record<string, string>;
  body?: unknown;
  status?: number;
  outcome: "open" | "sent" | "cut" | "refused" | "client left";
  clientLeftAt?: string;
  /** The whole answer as this attempt told it. */
  truth?: string;
}

const ENTRIES_MAX = 1_000;
const BODY_CHARS_MAX = 20_000;
const KEY_HEADERS = /^(x-goog-api-key|authorization|cookie|proxy-authorization)$/;

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

export function withoutKeys(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !KEY_HEADERS.test(name)));
}

export function pathWithoutKey(url: URL): string {
  const shown = new URL(url);
  if (shown.searchParams.has("key")) shown.searchParams.set("key", "REDACTED");
  return shown.pathname + shown.search;
}

/** The body without any copy of the key that came with it. */
export function bodyWithout(key: string | undefined, text: string): unknown {
  const short = text.slice(0, BODY_CHARS_MAX);
  const clean = key && key.length > 3 ? short.replaceAll(key, "[REDACTED]") : short;
  try {
    return JSON.parse(clean) as unknown;
  } catch {
    return clean;
  }
}
