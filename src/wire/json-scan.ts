// Finds whole JSON objects in text that comes in pieces: bare error bodies, unary answers and the
// elements of a streamed array. It looks at every character once and never parses.

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const BACKSLASH = 0x5c;

/** What stands between values at the top level, or between array elements. */
function isBetween(code: number): boolean {
  return code === 0x20 || code === 0x2c || (code > 8 && code < 14);
}

export class JsonScan {
  /** Characters of the value that is open, for the limit on one event. */
  openChars = 0;
  #pieces: string[] = [];
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inArray = false;

  /** Nothing is open: the next character may belong to another framing. */
  get idle(): boolean {
    return this.#depth === 0 && !this.#inArray;
  }

  /** A value was begun and has not ended. */
  get isOpen(): boolean {
    return this.#depth > 0;
  }

  /**
   * Reads `text` from `start` and hands each complete object to `emit`. Returns where it stopped:
   * the end of the text, or the first character that is no JSON while nothing is open.
   */
  scan(text: string, start: number, emit: (json: string) => void): number {
    let at = start;
    while (at < text.length) {
      if (this.#depth > 0) {
        at = this.#inside(text, at, emit);
        continue;
      }
      const code = text.charCodeAt(at);
      if (code === OPEN_BRACE) {
        this.#depth = 1;
        this.#pieces.push("{");
        this.openChars = 1;
      } else if (code === OPEN_BRACKET && !this.#inArray) this.#inArray = true;
      else if (code === CLOSE_BRACKET && this.#inArray) this.#inArray = false;
      else if (!isBetween(code)) return at;
      at += 1;
      // A line's end ends what is JSON: what follows may come with the next packet, or with this one.
      if (code < 0x20 && this.idle) return at;
    }
    return at;
  }

  #inside(text: string, start: number, emit: (json: string) => void): number {
    let at = start;
    while (at < text.length) {
      if (this.#inString) {
        at = this.#stringEnd(text, at);
        continue;
      }
      const code = text.charCodeAt(at);
      at += 1;
      if (code === QUOTE) this.#inString = true;
      else if (code === OPEN_BRACE || code === OPEN_BRACKET) this.#depth += 1;
      else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        this.#depth -= 1;
        if (this.#depth === 0) {
          this.#pieces.push(text.slice(start, at));
          emit(this.#pieces.join(""));
          this.#pieces = [];
          this.openChars = 0;
          return at;
        }
      }
    }
    this.#pieces.push(text.slice(start));
    this.openChars += text.length - start;
    return at;
  }

  /**
   * Skips a string's inside by looking for its end only: native searches, because images are megabytes
   * long, and each character is looked at at most twice, however many strings and escapes there are.
   */
  #stringEnd(text: string, start: number): number {
    const from = this.#escaped ? start + 1 : start;
    this.#escaped = false;
    for (let at = from; ; ) {
      const quote = text.indexOf('"', at);
      const end = quote === -1 ? text.length : quote;
      let escapes = 0;
      while (end - escapes > from && text.charCodeAt(end - escapes - 1) === BACKSLASH) escapes += 1;
      const isEscaped = escapes % 2 === 1;
      if (quote === -1) {
        this.#escaped = isEscaped;
        return text.length;
      }
      at = quote + 1;
      if (isEscaped) continue;
      this.#inString = false;
      return at;
    }
  }
}

/** Whether a line beginning so is JSON rather than a field of an event. */
export function startsJson(code: number): boolean {
  return code === OPEN_BRACE || code === OPEN_BRACKET;
}
