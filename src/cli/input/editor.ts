// The line being written, as a pure state machine: keys in, a new state and perhaps a wish out. It
// moves by grapheme, keeps history, and folds long pastes.
import { harmless } from "../output/paint.ts";
import { cells, widthOf } from "../output/width.ts";
import type { Key } from "./keys.ts";

export type Wish =
  | { type: "submit"; text: string }
  | { type: "interrupt" | "exit" | "clear-screen" | "complete" | "edit" };

const PASTE_LINES_SHOWN = 10;
const HISTORY_MAX = 1_000;
const MARK = /\[pasted \d+ lines(?: #\d+)?\]/g;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export class Editor {
  text = "";
  cursor = 0;
  private readonly history: string[];
  private place: number;
  private draft = "";
  private readonly pastes = new Map<string, string>();
  private search: string | undefined;

  constructor(history: readonly string[] = []) {
    this.history = history.slice(-HISTORY_MAX);
    this.place = this.history.length;
  }

  get lines(): readonly string[] {
    return this.history;
  }

  /** What is shown before the text while history is searched. */
  get searching(): string | undefined {
    return this.search;
  }

  key({ name, text }: Key): Wish | undefined {
    if (this.search !== undefined && this.searchKey(name, text)) return undefined;
    const move = this.moves(name);
    if (move) return undefined;
    switch (name) {
      case "text":
        this.insert(text);
        return undefined;
      case "paste":
        this.paste(text);
        return undefined;
      case "newline":
        this.insert("\n");
        return undefined;
      case "enter":
        return this.enter();
      case "ctrl-c":
        if (this.text === "") return { type: "interrupt" };
        this.remember(this.whole());
        this.set("");
        return undefined;
      case "escape":
        return { type: "interrupt" };
      case "ctrl-d":
        if (this.text === "") return { type: "exit" };
        this.remove(this.cursor, this.next());
        return undefined;
      case "ctrl-l":
        return { type: "clear-screen" };
      case "ctrl-g":
        return { type: "edit" };
      case "tab":
        return { type: "complete" };
      case "ctrl-o":
        this.set(this.whole());
        return undefined;
      case "ctrl-r":
        this.search = "";
        return undefined;
      default:
        this.edits(name);
        return undefined;
    }
  }

  set(text: string, cursor = text.length): void {
    this.text = text;
    this.cursor = cursor;
  }

  /** The text with folded pastes unfolded. */
  whole(): string {
    // In one pass, so that a mark inside a pasted text stays what it is.
    return this.text.replace(MARK, (mark) => this.pastes.get(mark) ?? mark);
  }

  remember(line: string): void {
    if (line.trim() !== "" && this.history.at(-1) !== line) this.history.push(line);
    if (this.history.length > HISTORY_MAX) this.history.shift();
    this.place = this.history.length;
  }

  private enter(): Wish | undefined {
    if (this.text.slice(0, this.cursor).endsWith("\\")) {
      this.remove(this.cursor - 1, this.cursor);
      this.insert("\n");
      return undefined;
    }
    const text = this.whole();
    if (text.startsWith('"""') && !/"""\s*$/.test(text.slice(3))) {
      this.insert("\n");
      return undefined;
    }
    this.pastes.clear();
    this.remember(text);
    this.set("");
    const body = /^"""\n?([\s\S]*?)\n?"""\s*$/.exec(text)?.[1] ?? text;
    return { type: "submit", text: body };
  }

  private paste(pasted: string): void {
    const text = harmless(pasted);
    const lines = text.split("\n").length;
    if (lines <= PASTE_LINES_SHOWN) {
      this.insert(text);
      return;
    }
    let mark = `[pasted ${lines} lines]`;
    for (let n = 2; this.pastes.has(mark); n += 1) mark = `[pasted ${lines} lines #${n}]`;
    this.pastes.set(mark, text);
    this.insert(mark);
  }

  private insert(text: string): void {
    this.set(
      this.text.slice(0, this.cursor) + text + this.text.slice(this.cursor),
      this.cursor + text.length,
    );
  }

  private remove(from: number, to: number): void {
    this.set(this.text.slice(0, from) + this.text.slice(to), from);
  }

  private previous(): number {
    let last = 0;
    for (const { index } of graphemes.segment(this.text.slice(0, this.cursor))) last = index;
    return last;
  }

  private next(): number {
    const first = graphemes.segment(this.text.slice(this.cursor))[Symbol.iterator]().next().value;
    return this.cursor + (first?.segment.length ?? 0);
  }

  private lineStart(): number {
    return this.text.lastIndexOf("\n", this.cursor - 1) + 1;
  }

  private lineEnd(): number {
    const end = this.text.indexOf("\n", this.cursor);
    return end === -1 ? this.text.length : end;
  }

  private wordLeft(): number {
    // By steps: a pattern anchored at the end is quadratic in a long line.
    let at = this.text.slice(0, this.cursor).trimEnd().length;
    while (at > 0 && /\S/.test(this.text[at - 1] as string)) at -= 1;
    return at;
  }

  private wordRight(): number {
    return this.cursor + (/^\s*\S+/.exec(this.text.slice(this.cursor))?.[0].length ?? 0);
  }

  private moves(name: string): boolean {
    const to: Record<string, () => number> = {
      left: () => this.previous(),
      right: () => this.next(),
      home: () => this.lineStart(),
      end: () => this.lineEnd(),
      "word-left": () => this.wordLeft(),
      "word-right": () => this.wordRight(),
    };
    const move = to[name];
    if (move) this.cursor = move();
    else if (name === "up" || name === "down") this.vertical(name === "up" ? -1 : 1);
    else return false;
    return true;
  }

  private edits(name: string): void {
    if (name === "backspace") this.remove(this.previous(), this.cursor);
    else if (name === "delete") this.remove(this.cursor, this.next());
    else if (name === "delete-word") this.remove(this.wordLeft(), this.cursor);
    else if (name === "delete-word-right")
      this.set(this.text.slice(0, this.cursor) + this.text.slice(this.wordRight()), this.cursor);
    else if (name === "kill-start") this.remove(this.lineStart(), this.cursor);
    else if (name === "kill-line")
      this.set(this.text.slice(0, this.cursor) + this.text.slice(this.lineEnd()), this.cursor);
  }

  /** Up and down move between lines, and at the edge through history. */
  private vertical(step: 1 | -1): void {
    const start = this.lineStart();
    const column = widthOf(this.text.slice(start, this.cursor));
    if (step === -1 && start > 0) {
      const above = this.text.lastIndexOf("\n", start - 2) + 1;
      this.cursor = this.placeAt(column, above, start - 1);
    } else if (step === 1 && this.lineEnd() < this.text.length) {
      const below = this.lineEnd() + 1;
      const end = this.text.indexOf("\n", below);
      this.cursor = this.placeAt(column, below, end === -1 ? this.text.length : end);
    } else this.recall(this.place + step);
  }

  /** Where a line has this column on screen, between characters and never inside one. */
  private placeAt(column: number, from: number, to: number): number {
    let at = from;
    let width = 0;
    for (const { segment } of graphemes.segment(this.text.slice(from, to))) {
      width += cells(segment);
      if (width > column) break;
      at += segment.length;
    }
    return at;
  }

  private recall(place: number): void {
    if (place < 0 || place > this.history.length) return;
    if (this.place === this.history.length) this.draft = this.text;
    this.place = place;
    this.set(place === this.history.length ? this.draft : (this.history[place] as string));
  }

  private searchKey(name: string, text: string): boolean {
    const wanted = this.search as string;
    if (name === "text" || name === "backspace") {
      const kept = [...graphemes.segment(wanted)].slice(0, -1).map(({ segment }) => segment);
      this.search = name === "text" ? wanted + text : kept.join("");
      this.find(this.history.length - 1);
      return true;
    }
    if (name === "ctrl-r") {
      this.find(this.place - 1);
      return true;
    }
    this.search = undefined;
    return name === "escape" || name === "ctrl-c";
  }

  private find(from: number): void {
    for (let i = from; i >= 0; i -= 1) {
      if (!this.history[i]?.includes(this.search as string)) continue;
      this.recall(i);
      return;
    }
  }
}
