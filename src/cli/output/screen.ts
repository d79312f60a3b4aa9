// The terminal as two parts: what is printed once and scrolls away, and a short live part below it
// that is drawn again. Never a full clear; one write a frame.
import { wrap } from "./width.ts";

const FRAME_MS = 50;

export class Screen {
  private readonly out: NodeJS.WriteStream;
  private liveRows = 0;
  private cursorRow = 0;
  private lines: string[] = [];
  private cursor: { row: number; column: number } | undefined;
  private drawn = "";
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
    this.flush(text.endsWith("\n") ? text : `${text}\n`);
  }

  /** What the live part shows from now on; drawn at the next frame. */
  live(lines: string[], cursor?: { row: number; column: number }): void {
    this.lines = lines;
    this.cursor = cursor;
    if (this.timer) return;
    const wait = Math.max(0, this.lastAt + FRAME_MS - performance.now());
    this.timer = setTimeout(() => this.flush(""), cursor ? Math.min(wait, 8) : wait);
  }

  /** Takes the live part away and leaves the cursor visible on a line of its own. */
  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lines = [];
    this.cursor = undefined;
    this.flush("");
    this.out.write("\x1b[?25h");
  }

  private flush(above: string): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lastAt = performance.now();
    const rows: string[] = [];
    let cursorRow = 0;
    let cursorColumn = 0;
    for (const [i, line] of this.lines.entries()) {
      if (this.cursor?.row === i) {
        cursorRow = rows.length + Math.floor(this.cursor.column / this.columns);
        cursorColumn = this.cursor.column % this.columns;
      }
      rows.push(...wrap(line, this.columns));
    }
    if (this.cursor && cursorRow >= rows.length) rows.push("");
    const frame = rows.join("\r\n");
    const key = `${frame}\0${this.cursor ? `${cursorRow},${cursorColumn}` : ""}`;
    if (above === "" && key === this.drawn) return;
    this.drawn = key;
    const up = this.cursorRow > 0 ? `\x1b[${this.cursorRow}A` : "";
    let text = `\x1b[?2026h\x1b[?25l\r${up}`;
    if (this.liveRows > 0) text += "\x1b[J";
    text += above.replace(/\n/g, "\r\n") + frame;
    this.cursorRow = Math.max(0, rows.length - 1);
    if (this.cursor) {
      const back = rows.length - 1 - cursorRow;
      text += `${back > 0 ? `\x1b[${back}A` : ""}\r${cursorColumn > 0 ? `\x1b[${cursorColumn}C` : ""}\x1b[?25h`;
      this.cursorRow = cursorRow;
    }
    this.liveRows = rows.length;
    this.out.write(`${text}\x1b[?2026l`);
  }
}

/** The last rows of a text, as lines that fit. */
export function lastRows(text: string, columns: number, rowsMax: number): string[] {
  const rows = text.split("\n").flatMap((line) => wrap(line, columns));
  return rows.slice(-rowsMax);
}
