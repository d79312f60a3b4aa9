// The stream log: what each stream said, in order, so that a reader may leave and come back, and
// another process may go on where one died. This is the contract; every engine passes one suite.

/** One event of a stream, as it is kept: `json` is the whole event on one line. */
export interface Entry {
  seq: number;
  type: string;
  json: string;
}

/** `live` until the terminal event, then that event's word. */
export type State = "live" | "done" | "incomplete" | "blocked" | "stopped" | "failed";

/** What is known of a stream without reading its entries. */
export interface Head {
  id: string;
  /** Who started it; only they may read it. */
  client: string;
  model: string;
  /** The door it came through. */
  door: string;
  /** Epoch milliseconds. */
  startedAtMs: number;
  /** Told apart per client; the same key never starts two streams. */
  idempotencyKey?: string | undefined;
  state: State;
  endedAtMs?: number | undefined;
  /** -1 before the first entry. */
  lastSeq: number;
  /** Sum of the lengths of the entries' JSON. */
  bytes: number;
  /** Somebody asked for its end; the owner obeys. */
  stopAsked: boolean;
  owner?: string | undefined;
}

/** A head with what another process needs to go on: JSON, opaque to the store, and it may be large. */
export interface Owned extends Head {
  ask: string;
}

/** What has to be known of a stream to begin its log. */
export type NewHead = Pick<
  Owned,
  "id" | "client" | "model" | "door" | "startedAtMs" | "ask" | "idempotencyKey"
>;

/**
 * Entries of one stream, appended by its owner; their seqs go on where the log ends, without a gap. `end`
 * comes with the terminal entry.
 */
export interface Write {
  id: string;
  owner: string;
  entries: readonly Entry[];
  end?: { state: Exclude<State, "live">; atMs: number } | undefined;
}

/**
 * `lost`: somebody else owns the stream now, or it is gone, or what should stand before these entries is
 * missing. Nothing of that write was kept.
 */
export type Written = "kept" | "lost";

/** A stream's head and some of its entries. */
export interface Page {
  head: Head;
  entries: Entry[];
}

/** Which streams to list. */
export interface ListQuery {
  client?: string | undefined;
  state?: State | "ended" | undefined;
  /** Newest first; older than this moment. */
  beforeMs?: number | undefined;
  limit: number;
}

/** What may stay in the log. */
export interface Retention {
  /** Ended streams older than this go. */
  ageMs: number;
  /** Ended streams go, oldest first, until entries and asks together are no larger than this. */
  bytesMax: number;
  streamsMax: number;
}

/** What happened to a stream that somebody watches. */
export type News = "entries" | "stop" | "gone";

/** The log of streams: entries are written once, in order, and outlive the process. */
export interface StreamLog {
  /** The owner holds it for `leaseMs`. A known idempotency key of this client brings that stream back. */
  create(head: NewHead, owner: string, leaseMs: number): Promise<{ head: Owned; created: boolean }>;
  /**
   * One commit for all. When it resolves, the entries outlive this process. A write whose fate is not
   * known may be tried again: entries that are there already are passed over.
   */
  append(writes: readonly Write[]): Promise<Written[]>;
  /**
   * Entries with `seq > after`, up to about `bytesMax`, at least one if there is one. Undefined: the
   * stream is gone, or entries that it had are.
   */
  read(id: string, after: number, bytesMax: number): Promise<Page | undefined>;
  head(id: string): Promise<Head | undefined>;
  list(query: ListQuery): Promise<Head[]>;
  remove(id: string): Promise<void>;
  /** Ask whoever owns it to stop. False if it is not live. */
  askStop(id: string): Promise<boolean>;
  /** Holds the leases on; the ids that are no longer this owner's come back. */
  renew(owner: string, ids: readonly string[], leaseMs: number): Promise<string[]>;
  /** Live streams whose lease ran out now belong to this owner. No two owners get the same one. */
  claim(owner: string, leaseMs: number, limit: number): Promise<Owned[]>;
  /** Gives the leases up, so that another may claim at once. */
  release(owner: string, ids: readonly string[]): Promise<void>;
  /**
   * Told of what other processes do with a stream (this one's own appends may be told too).
   * `orders` leaves out the entries: it is for the owner, who made them.
   */
  watch(id: string, told: (news: News) => void, what?: "all" | "orders"): () => void;
  /** Removes what the limits no longer cover, at most `limit` streams; says how many. */
  sweep(retention: Retention, nowMs: number, limit: number): Promise<number>;
}

/** The log cannot be reached or written. Transient: what failed may work later. */
export class StoreError extends Error {
  override name = "StoreError";
  readonly next: string;
  constructor(message: string, next: string, options?: ErrorOptions) {
    super(message, options);
    this.next = next;
  }
}
