// A bounded hand-over between a writer and a slower reader. When it is full the writer waits, and
// so does everything before it, down to the upstream socket.

export const WINDOW_BYTES = 64 * 1024;

export class Window<T> {
  private readonly bytesMax: number;
  private readonly bytesOf: (item: T) => number;
  private items: T[] = [];
  private bytes = 0;
  private ended = false;
  private error: unknown;
  private wakeReader: (() => void) | undefined;
  private wakeWriter: (() => void) | undefined;

  constructor(bytesMax: number, bytesOf: (item: T) => number) {
    this.bytesMax = bytesMax;
    this.bytesOf = bytesOf;
  }

  /** Resolves when there is room for more. One item may go over the limit, never two. */
  async put(item: T): Promise<void> {
    if (this.ended) return;
    this.items.push(item);
    this.bytes += this.bytesOf(item);
    this.wakeReader?.();
    while (this.bytes >= this.bytesMax && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wakeWriter = resolve;
      });
    }
  }

  /** Everything that waits, at once; `undefined` after the end. */
  async take(): Promise<T[] | undefined> {
    while (this.items.length === 0) {
      if (this.error !== undefined) throw this.error;
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => {
        this.wakeReader = resolve;
      });
    }
    const items = this.items;
    this.items = [];
    this.bytes = 0;
    this.wakeWriter?.();
    return items;
  }

  get isEmpty(): boolean {
    return this.items.length === 0;
  }

  get isEnded(): boolean {
    return this.ended;
  }

  end(error?: unknown): void {
    this.ended = true;
    this.error ??= error;
    this.wakeReader?.();
    this.wakeWriter?.();
  }
}
