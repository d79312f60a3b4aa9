// Tapes: named sequences of messages of bytes that only grow. What a tape means is its writer's business:
// the engine keeps messages and a word about them, and changes both in one step or not at all.

/** A named sequence of messages, without the messages. */
export interface Tape {
  name: string;
  /** Of this tape alone: a new one of the same name has another. */
  id: string;
  /** Who made it; what tapes may take is counted by it. */
  owner: string;
  /** Changes with every commit, to something that it never was. */
  mark: string;
  /** JSON. */
  about: string;
  /** How many messages it has. */
  length: number;
  /** How long they are together. */
  bytes: number;
  /** Epoch milliseconds. */
  expiresAtMs?: number | undefined;
}

/** What one commit does to one tape. */
export interface TapeChange {
  name: string;
  /** The mark that was read; none where there must be no tape of this name. */
  seen: string | undefined;
  /** Undefined: the tape goes, with all its messages. */
  next: Pick<Tape, "id" | "owner" | "mark" | "about" | "expiresAtMs"> | undefined;
  /** Put at its end. */
  messages?: readonly Uint8Array[];
}

/** What the tapes of one owner may be together. */
export interface Allowance {
  tapes: number;
  bytes: number;
}

/**
 * `stale`: somebody was faster with one of the tapes. `many`, `large`: its owner would have more tapes or
 * more bytes than allowed; what takes nothing is never refused for that.
 */
export type Committed = "kept" | "stale" | "many" | "large";

/** Where tapes are kept. */
export interface Tapes {
  get(name: string): Promise<Tape | undefined>;
  /** All changes or none. When it resolves, they outlive this process. */
  commit(changes: readonly TapeChange[], allowance: Allowance): Promise<Committed>;
  /**
   * The messages of a tape from place `from` to before `to`, up to about `bytesMax`, at least one if there
   * is one. They may be read as long as the tape is there.
   */
  read(id: string, from: number, to: number, bytesMax: number): Promise<Uint8Array[]>;
  /** It is in use: it does not expire before this. Its mark stays. */
  touch(name: string, id: string, expiresAtMs: number): Promise<void>;
  /** Names of tapes whose time is over. */
  expired(nowMs: number, limit: number): Promise<string[]>;
  /** Told when a tape may have changed, whoever changed it. */
  watch(name: string, told: () => void): () => void;
}
