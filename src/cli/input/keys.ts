// Bytes of a terminal → keys. Sequences may come in pieces, and a paste is one key however long.

export interface Key {
  /** `text` for characters; else enter, newline, backspace, left, ctrl-c … */
  name: string;
  text: string;
}

const SEQUENCES: Readonly<Record<string, string>> = {
  "[A": "up",
  "[B": "down",
  "[C": "right",
  "[D": "left",
  "[H": "home",
  "[F": "end",
  OA: "up",
  OB: "down",
  OC: "right",
  OD: "left",
  OH: "home",
  OF: "end",
  "[1~": "home",
  "[4~": "end",
  "[3~": "delete",
  "[7~": "home",
  "[8~": "end",
  "[13;2u": "newline",
  "[27;2;13~": "newline",
  "\r": "newline",
  "\n": "newline",
  "[1;5C": "word-right",
  "[1;5D": "word-left",
  "[1;3C": "word-right",
  "[1;3D": "word-left",
  b: "word-left",
  f: "word-right",
  "\x7f": "delete-word",
  d: "delete-word-right",
};

const CONTROL: Readonly<Record<number, string>> = {
  1: "home",
  2: "left",
  3: "ctrl-c",
  4: "ctrl-d",
  5: "end",
  6: "right",
  7: "ctrl-g",
  8: "backspace",
  9: "tab",
  10: "newline",
  11: "kill-line",
  12: "ctrl-l",
  13: "enter",
  14: "down",
  15: "ctrl-o",
  16: "up",
  18: "ctrl-r",
  21: "kill-start",
  23: "delete-word",
  127: "backspace",
};

const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";
const PASTE_CHARS_MAX = 2_000_000;

export class KeyDecoder {
  private rest = "";
  private pasting: string | undefined;

  /** `flush` says that nothing more is on its way, so a lone Escape is a key. */
  push(text: string, flush = false): Key[] {
    let input = this.rest + text;
    this.rest = "";
    const keys: Key[] = [];
    while (input !== "") {
      if (this.pasting !== undefined) {
        const end = input.indexOf(PASTE_END);
        if (end === -1) {
          const keep = partialEnd(input, PASTE_END);
          this.pasting = (this.pasting + input.slice(0, input.length - keep)).slice(
            0,
            PASTE_CHARS_MAX,
          );
          this.rest = input.slice(input.length - keep);
          return keys;
        }
        keys.push({
          name: "paste",
          text: (this.pasting + input.slice(0, end))
            .slice(0, PASTE_CHARS_MAX)
            .replace(/\r\n?/g, "\n"),
        });
        this.pasting = undefined;
        input = input.slice(end + PASTE_END.length);
        continue;
      }
      const taken = this.one(input, keys, flush);
      if (taken === 0) {
        this.rest = input;
        return keys;
      }
      input = input.slice(taken);
    }
    return keys;
  }

  get waits(): boolean {
    return this.rest !== "";
  }

  private one(input: string, keys: Key[], flush: boolean): number {
    const code = input.charCodeAt(0);
    if (code === 0x1b) return this.escape(input, keys, flush);
    const name = CONTROL[code];
    if (name) {
      keys.push({ name, text: "" });
      return 1;
    }
    if (code < 0x20) return 1;
    const run = /^[^\x00-\x1f\x7f]+/.exec(input)?.[0] ?? input.slice(0, 1);
    keys.push({ name: "text", text: run });
    return run.length;
  }

  private escape(input: string, keys: Key[], flush: boolean): number {
    if (input.startsWith(PASTE_START)) {
      this.pasting = "";
      return PASTE_START.length;
    }
    const found = /^\x1b(\[[0-9;?<]*[ -/]*[@-~]|O[A-Z]|[^[O\x1b])/.exec(input);
    if (found) {
      const name = SEQUENCES[found[1] as string];
      if (name) keys.push({ name, text: "" });
      return found[0].length;
    }
    if (!flush && (input.length === 1 || /^\x1b[[O]/.test(input))) return 0;
    keys.push({ name: "escape", text: "" });
    return 1;
  }
}

function partialEnd(text: string, end: string): number {
  for (let size = Math.min(text.length, end.length - 1); size > 0; size -= 1) {
    if (end.startsWith(text.slice(-size))) return size;
  }
  return 0;
}
