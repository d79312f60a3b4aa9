// One request at the gateway's face, and the ways to answer it. Whatever listens on the socket brings
// this shape; the gateway itself never touches a socket.

/** An answer that is written piece by piece. */
export interface Outlet {
  /** False: the reader does not keep up; wait for `onDrain`. */
  write(piece: string | Uint8Array): boolean;
  onDrain(fn: () => void): void;
  end(piece?: string): void;
  /** Breaks the connection, so that the reader sees that the answer is not whole. */
  destroy(): void;
  readonly pendingBytes: number;
}

/** One request and its answer, whatever server brought it. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  /** With its question mark, or empty. */
  readonly search: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The address it came from. */
  readonly remote: string;
  /** Rejects with `why`: too_large, too_slow, gone. */
  body(bytesMax: number): Promise<Uint8Array>;
  reply(status: number, headers: Record<string, string>, body?: string | Uint8Array): void;
  open(status: number, headers: Record<string, string>): Outlet;
  /** The reader left before the answer was whole. */
  onLeave(fn: () => void): void;
  readonly answered: boolean;
}
