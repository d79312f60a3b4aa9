// Markdown that grows: only the last block is laid out again, what stands before it is never touched.
// Time is linear in the text, also when one block does not end.
import { Lexer, type Token } from "marked";
import type { Seam } from "../seam.ts";
import { Build } from "./build.ts";
import { closed } from "./close.ts";
import { CodeBlock } from "./code.ts";

/** A block of this size is laid out again only when it grew by a part of itself. */
const LARGE_CHARS = 3_000;
const GROWTH = 1.15;
/** Nesting that costs more than it tells. */
const DEEP = /^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)])[ \t]*){24}/m;
const BRACKETS = /[[\]*_`~]{400}|(?:\[[^[\]\n]{0,3}){200}/;
const FENCE_LINE = /^ *(?:`{3}|~{3})|^(?: +[-=|:]|[-=|:][-=|: ])[-=|: ]*$/;
const FENCE = /^ {0,3}(`{3,}(?!`)|~{3,}(?!~))([^\n]*)\n/;

export class GrowingMarkdown {
  readonly element: HTMLElement;
  private readonly build: Build;
  private readonly seams: readonly Seam[];
  private tail = "";
  private live: Node[] = [];
  private open: { block: CodeBlock; close: RegExp; head: number } | undefined;
  private laidOut = 0;
  private raw: Text | undefined;
  private rawFrom = 0;

  constructor(element: HTMLElement, seams: readonly Seam[]) {
    this.element = element;
    this.seams = seams;
    this.build = new Build(seams);
  }

  append(text: string): void {
    this.tail += text;
  }

  /** Puts a mark where the text ends now: at the end of its last line, so that the next line can still
   * be a heading, and never where it would turn a line into something else. */
  mark(char: string): void {
    const text = this.tail.trimEnd();
    const line = text.slice(text.lastIndexOf("\n") + 1);
    const space = this.tail.slice(text.length);
    if (FENCE_LINE.test(line)) this.tail = `${text}\n${char}\n${space}`;
    else if (space !== "" && line.endsWith("|")) this.tail = `${text.slice(0, -1)}${char}|${space}`;
    else this.tail = `${text}${char}${space}`;
  }

  /** Lay out what came since the last time. */
  flush(isLast = false): void {
    const isLarge = this.tail.length > LARGE_CHARS && this.tail.length < this.laidOut * GROWTH;
    if (isLarge && !isLast && !this.open) {
      this.addRaw();
      return;
    }
    for (let more = true; more; ) more = this.step(isLast);
    this.laidOut = this.tail.length;
  }

  /** One round: true when a block was finished and more text stands behind it. */
  private step(isLast: boolean): boolean {
    if (this.open) return this.growCode(isLast);
    const fence = FENCE.exec(this.tail);
    if (fence) {
      const [head, marks = "```", language = ""] = fence;
      const block = new CodeBlock(language, this.seams);
      const close = new RegExp(`^ {0,3}${marks[0]}{${marks.length},}[ \\t]*(?:\\n|$)`, "m");
      this.open = { block, close, head: head.length };
      this.replaceLive([block.element]);
      return true;
    }
    const tokens = this.lexed(this.tail);
    const last = tokens.findLastIndex(({ type }) => type !== "space");
    const before = tokens.slice(0, last);
    const done = before.reduce((sum, { raw }) => sum + raw.length, 0);
    if (done > 0) {
      this.replaceLive(this.made(before));
      this.live = [];
      this.tail = this.tail.slice(done);
      return true;
    }
    if (this.tail.trim() === "") return false;
    const text = isLast ? this.tail : closed(this.tail);
    this.replaceLive(this.made(text === this.tail ? tokens : this.lexed(text)));
    if (isLast) this.tail = "";
    return false;
  }

  private growCode(isLast: boolean): boolean {
    const { block, close, head } = this.open as NonNullable<typeof this.open>;
    const body = this.tail.slice(head);
    const end = close.exec(body);
    // Without its newline a closing fence may still become something else.
    if (end && (isLast || end[0].endsWith("\n"))) {
      block.set(body.slice(0, end.index).replace(/\n$/, ""));
      this.tail = body.slice(end.index + end[0].length);
      this.open = undefined;
      this.live = [];
      return this.tail !== "";
    }
    // A line of marks at the end may be the fence: it waits.
    block.set(body.replace(/(?<![`~])\n? {0,3}[`~]*$/, isLast ? "$&" : ""));
    return false;
  }

  private lexed(text: string): Token[] {
    if (DEEP.test(text) || BRACKETS.test(text)) return [{ type: "plain", raw: text }];
    try {
      return new Lexer({ gfm: true, breaks: false }).lex(text);
    } catch {
      return [{ type: "plain", raw: text }];
    }
  }

  private made(tokens: readonly Token[]): Node[] {
    try {
      return this.build.blocks(tokens);
    } catch {
      return this.build.text(tokens.map(({ raw }) => raw).join(""));
    }
  }

  private replaceLive(nodes: Node[]): void {
    this.raw = undefined;
    for (const node of this.live) (node as ChildNode).remove();
    this.element.append(...nodes);
    this.live = nodes;
  }

  /** Until a large block is laid out again, its newest text stands behind it as it is. */
  private addRaw(): void {
    if (!this.raw) {
      this.raw = document.createTextNode("");
      const last = this.live.at(-1);
      if (last instanceof HTMLElement && /^(P|H\d)$/.test(last.tagName)) last.append(this.raw);
      else {
        this.element.append(this.raw);
        this.live.push(this.raw);
      }
      this.rawFrom = this.laidOut;
    }
    this.raw.data = this.tail.slice(this.rawFrom);
  }
}
