// The terminal as two parts: what is printed once and scrolls away, and a short live part below it
// that is drawn again. Never a full clear; one write a frame.
import { wrap } from "./width.ts";

const FRAME_MS = 50;

export class Screen {
  private readonly out: NodeJS.WriteStream;
  /** Rows of the live part as they stand on the terminal, and the row of the cursor among them. */
  private shown: string[] = [];
  private shownCursor = "";
  private cursorRow = 0;
  private above: string[] = [];
  private lines: string[] = [];
  private cursor: { row: number; column: number } | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastAt = 0;

  constructor(out: NodeJS.WriteStream) {
    this.out = out;
  }

  get columns(): number {
    return Math.max(20, this.out.columns ?? 80);
  }

  get rows(): number {
    return Math.max(6, this.out.rows ?? 24);
  }

  /** Prints for good, above the live part. */
  commit(text: string): void {
    if (text === "") return;
    const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
    for (const line of lines) this.above.push(...wrap(line, this.columns));
    this.soon(FRAME_MS);
  }

  /** What the live part shows from now on; drawn at the next frame. */
  live(lines: string[], cursor?: { row: number; column: number }, waitMs: number = FRAME_MS): void {
    this.lines = lines;
    this.cursor = cursor;
    this.soon(waitMs);
  }

  /** Takes the live part away and leaves the cursor visible on a line of its own. */
  end(): void {
    this.lines = [];
    this.cursor = undefined;
    this.flush();
    this.out.write("\x1b[?25h");
  }

  private soon(waitMs: number): void {
    if (this.timer) return;
    const left = Math.max(0, this.lastAt + waitMs - performance.now());
    this.timer = setTimeout(() => this.flush(), left);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lastAt = performance.now();
    const rows: string[] = [];
    let at = { row: 0, column: 0 };
    for (const [i, line] of this.lines.entries()) {
      const { row, column } = this.cursor ?? { row: -1, column: 0 };
      if (row === i)
        at = {
          row: rows.length + Math.floor(column / this.columns),
          column: column % this.columns,
        };
      rows.push(...wrap(line, this.columns));
    }
    while (this.cursor && at.row >= rows.length) rows.push("");
    const settled = this.above.length;
    const all = [...this.above, ...rows];
    const cursorAt = this.cursor ? `${at.row},${at.column}` : "";
    if (
      settled === 0 &&
      cursorAt === this.shownCursor &&
      same(all, this.shown) === Math.max(all.length, this.shown.length)
    )
      return;
    this.above = [];
    this.write(all, settled, at);
    this.shown = rows;
    this.shownCursor = cursorAt;
  }

  /** Rows that stand already are left alone, also those that have just become final. */
  private write(all: string[], settled: number, at: { row: number; column: number }): void {
    const keep = Math.min(same(all, this.shown), Math.max(0, this.shown.length - 1));
    const move = this.cursorRow - keep;
    let text = "\x1b[?2026h\x1b[?25l\r";
    if (move > 0) text += `\x1b[${move}A`;
    else if (move < 0) text += `\x1b[${-move}B`;
    if (this.shown.length > 0) text += "\x1b[J";
    text += all.slice(keep).join("\r\n");
    const lastRow = all.length - 1;
    // After a print alone the cursor needs a line of its own.
    if (all.length === settled && settled > 0) text += "\r\n";
    this.cursorRow = Math.max(0, lastRow - settled);
    if (this.cursor) {
      const back = lastRow - settled - at.row;
      text += `${back > 0 ? `\x1b[${back}A` : ""}\r${at.column > 0 ? `\x1b[${at.column}C` : ""}\x1b[?25h`;
      this.cursorRow = at.row;
    }
    this.out.write(`${text}\x1b[?2026l`);
  }
}

/** How many rows two lists begin with in common. */
function same(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n += 1;
  return n;
}

/** The last rows of a text, as lines that fit. */
export function lastRows(text: string, columns: number, rowsMax: number): string[] {
  const rows = text.split("\n").flatMap((line) => wrap(line, columns));
  return rows.slice(-rowsMax);
}
