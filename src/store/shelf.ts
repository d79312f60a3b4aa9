// Documents that people keep on the gateway, such as conversations. Deleted means gone.

/** A document on the shelf. */
export interface Kept {
  id: string;
  /** JSON. */
  body: string;
  changedAtMs: number;
  /** Rises by one with every change. */
  version: number;
}

/** Small documents of a client, such as its chats; a change names the version it was made from. */
export interface Shelf {
  /** `version` is the one that was read, 0 for a new document. False: somebody else was faster. */
  put(owner: string, kind: string, doc: Kept): Promise<boolean>;
  get(owner: string, kind: string, id: string): Promise<Kept | undefined>;
  /** Newest first, without their bodies being cut. */
  list(owner: string, kind: string, limit: number, beforeMs?: number): Promise<Kept[]>;
  remove(owner: string, kind: string, id: string): Promise<boolean>;
}
