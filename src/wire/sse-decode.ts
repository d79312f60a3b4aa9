// Bytes → frames, for every body a Gemini endpoint is known to send: SSE with any line ending, bare
// JSON errors between events, a streamed array, or something that is no stream at all. Work is
// linear in bytes whatever the packet and event sizes; memory is bounded by the event limit.
import { JsonScan, startsJson } from "./json-scan.ts";

/** One piece of a body, as it was framed. */
export interface Frame {
  /** `data`: an SSE event. `json`: an object outside SSE framing. `junk`: neither. */
  kind: "data" | "json" | "junk";
  data: string;
  /** The `event:` and `id:` lines, where a server sends them. */
  event: string | undefined;
  id: string | undefined;
  /** False when the body ended before the frame did; its data may be cut. */
  whole: boolean;
}

/** Why a body cannot be read further. */
export type DecodeProblem = "event_too_large" | "utf8_invalid";

/** The largest event that is read, unless another limit is given. */
export const EVENT_BYTES_MAX = 64 * 1024 * 1024;
const JUNK_CHARS_MAX = 8 * 1024;

const LF = 0x0a;
const CR = 0x0d;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes → frames, wherever the network cut them. */
export class SseDecode {
  /** Set once the body cannot be read further; frames before it are good. */
  problem: DecodeProblem | undefined;
  readonly #eventBytesMax: number;
  /** Bytes after the last line end. Kept in pieces: joining at each packet would be quadratic. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #skipLf = false;
  #usesLf = false;
  #usesCr = false;
  #started = false;
  /** The open event's fields. */
  #data: string | undefined;
  #more: string[] = [];
  #dataChars = 0;
  #event: string | undefined;
  #id: string | undefined;
  readonly #json = new JsonScan();
  /** Something that is no frame was met; what follows it cannot be trusted. */
  #spoiled = false;

  constructor(eventBytesMax: number = EVENT_BYTES_MAX) {
    this.#eventBytesMax = eventBytesMax;
  }

  push(bytes: Uint8Array, frames: Frame[]): void {
    if (this.problem || this.#spoiled || bytes.length === 0) return;
    let from = 0;
    if (this.#skipLf) {
      this.#skipLf = false;
      if (bytes[0] === LF && this.#json.idle) from = 1;
    }
    let last = bytes.lastIndexOf(LF);
    if (last >= from) this.#usesLf = true;
    else if (this.#mayEndInCr(bytes)) {
      last = bytes.lastIndexOf(CR);
      this.#usesCr ||= last >= from;
      this.#skipLf = last === bytes.length - 1;
    }
    if (last < from) {
      if (from < bytes.length) this.#keep(from === 0 ? bytes : bytes.subarray(from));
      return;
    }
    const end = last + 1;
    this.#read(this.#take(bytes.subarray(from, end)), frames);
    if (end < bytes.length) this.#keep(bytes.subarray(end));
  }

  /**
   * A body whose lines end in a lone CR has no LF at all, so CR is looked for only without one; and
   * inside a long line, which may be an image of megabytes, only where a packet ends in one.
   */
  #mayEndInCr(bytes: Uint8Array): boolean {
    if (this.#usesLf) return false;
    return this.#usesCr || this.#pendingBytes === 0 || bytes[bytes.length - 1] === CR;
  }

  /** The body ended. What is still open comes out with `whole: false`. */
  end(frames: Frame[]): void {
    if (this.problem || this.#spoiled) return;
    if (this.#pendingBytes > 0) this.#read(this.#take(new Uint8Array(0)), frames, true);
    if (this.#spoiled) return;
    if (this.#data !== undefined) this.#dispatch(frames, false);
    if (this.#json.isOpen) frames.push(frameOf("json", "", false));
  }

  #keep(bytes: Uint8Array): void {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > this.#eventBytesMax) this.#fail("event_too_large");
  }

  #fail(problem: DecodeProblem): void {
    this.problem = problem;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #take(tail: Uint8Array): Uint8Array {
    if (this.#pendingBytes === 0) return tail;
    const whole = new Uint8Array(this.#pendingBytes + tail.length);
    let at = 0;
    for (const piece of this.#pending) {
      whole.set(piece, at);
      at += piece.length;
    }
    whole.set(tail, at);
    this.#pending = [];
    this.#pendingBytes = 0;
    return whole;
  }

  /** Whole lines only, so no character is ever cut and the strict decoder needs no state. */
  #read(bytes: Uint8Array, frames: Frame[], last = false): void {
    let text: string;
    let broken = false;
    try {
      text = strict.decode(bytes);
    } catch {
      // Say what was good before the damage: everything up to the line that holds it.
      text = soundLines(bytes);
      broken = true;
    }
    let start = 0;
    if (!this.#started && text.length > 0) {
      this.#started = true;
      if (text.charCodeAt(0) === 0xfeff) start = 1;
    }
    this.#lines(text, start, frames, last);
    // A character cut by the end of the body is a cut, not damage.
    if (broken && !this.#spoiled) {
      if (last) frames.push(frameOf("data", "", false));
      else this.#fail("utf8_invalid");
    }
    if (this.#dataChars + this.#json.openChars > this.#eventBytesMax) this.#fail("event_too_large");
  }

  #lines(text: string, start: number, frames: Frame[], last: boolean): void {
    let at = start;
    // Each is looked for anew only when it was passed: else a text without one costs its length a line.
    let cr = text.indexOf("\r", at);
    let lf = text.indexOf("\n", at);
    while (at < text.length && !this.#spoiled) {
      if (!this.#json.idle || startsJson(text.charCodeAt(at))) {
        // An event that is too large is the last thing that is told.
        if (this.#data !== undefined) this.#dispatch(frames, true);
        else at = this.#scanJson(text, at, frames);
        continue;
      }
      if (cr !== -1 && cr < at) cr = text.indexOf("\r", at);
      if (lf !== -1 && lf < at) lf = text.indexOf("\n", at);
      let end = lf === -1 ? text.length : lf;
      let next = end + 1;
      if (cr !== -1 && cr < end) {
        next = cr + 1 === end ? next : cr + 1;
        end = cr;
      }
      if (!this.#line(text, at, end, frames)) {
        const cut = last && next >= text.length && isFieldStart(text.slice(at));
        if (cut) frames.push(frameOf("data", "", false));
        else this.#spoil(text.slice(at), frames);
      }
      at = next;
    }
  }

  #scanJson(text: string, start: number, frames: Frame[]): number {
    const at = this.#json.scan(text, start, (json) => frames.push(frameOf("json", json, true)));
    // Inside an array nothing but JSON may stand: what does is not skipped in silence.
    if (at < text.length && !this.#json.idle) {
      this.#spoil(text.slice(at), frames);
      return text.length;
    }
    return at;
  }

  /** Returns false for a line that belongs to no framing. */
  #line(text: string, start: number, end: number, frames: Frame[]): boolean {
    if (start === end) {
      if (this.#data !== undefined) this.#dispatch(frames, true);
      else this.#event = undefined;
      return true;
    }
    const code = text.charCodeAt(start);
    if (code === 0x3a) return true; // a comment
    if (code === 0x64 && text.startsWith("data:", start)) {
      this.#addData(text.slice(text.charCodeAt(start + 5) === 0x20 ? start + 6 : start + 5, end));
      return true;
    }
    return this.#field(text.slice(start, end));
  }

  /** Everything but the common case. */
  #field(line: string): boolean {
    const colon = line.indexOf(":");
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "event") this.#event = value;
    else if (name === "id") this.#id = value;
    else if (name === "data") this.#addData(value);
    else return name === "retry" || line.trim() === "";
    return true;
  }

  #addData(value: string): void {
    if (this.#data === undefined) this.#data = value;
    else this.#more.push(value);
    this.#dataChars += value.length + 1;
  }

  #dispatch(frames: Frame[], whole: boolean): void {
    if (this.#dataChars > this.#eventBytesMax) {
      this.#fail("event_too_large");
      this.#spoiled = true;
    }
    if (this.problem) return;
    let data = this.#data as string;
    if (this.#more.length > 0) {
      data = [data, ...this.#more].join("\n");
      this.#more = [];
    }
    const frame = frameOf("data", data, whole);
    frame.event = this.#event;
    frame.id = this.#id;
    frames.push(frame);
    this.#data = undefined;
    this.#dataChars = 0;
    this.#event = undefined;
  }

  #spoil(text: string, frames: Frame[]): void {
    this.#spoiled = true;
    frames.push(frameOf("junk", text.slice(0, JUNK_CHARS_MAX), true));
  }
}

/** A line the end of the body cut short, such as `da`. */
function isFieldStart(line: string): boolean {
  return ["data:", "event:", "id:", "retry:"].some((field) => field.startsWith(line));
}

/** The lines before the first that is no UTF-8. */
function soundLines(bytes: Uint8Array): string {
  let text = "";
  let from = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== LF && bytes[at] !== CR) continue;
    try {
      text += strict.decode(bytes.subarray(from, at + 1));
    } catch {
      break;
    }
    from = at + 1;
  }
  return text;
}

function frameOf(kind: Frame["kind"], data: string, whole: boolean): Frame {
  return { kind, data, event: undefined, id: undefined, whole };
}
