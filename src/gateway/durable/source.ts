// Something that can be read by this protocol: a stream that clients write, or an answer of Gemini's.

/** As it is at this moment. */
export interface View {
  /** Of this stream alone; a new one at the same place has another. */
  id: string;
  contentType: string;
  /** The position after the last message. */
  tail: number;
  closed: boolean;
  ttlSeconds?: number | undefined;
  expiresAt?: string | undefined;
}

export interface Part {
  messages: Uint8Array[];
  /** The position after them. */
  next: number;
}

export interface Source {
  /** Throws if it is not there. */
  view(): Promise<View>;
  /** Messages from a position up to the view's tail, about `bytesMax`, at least one if there is one. */
  read(view: View, from: number, bytesMax: number): Promise<Part>;
  /** Somebody uses it: its time to live begins anew. */
  used(view: View): Promise<void>;
  /** Told when there may be more. */
  watch(told: () => void): () => void;
}
