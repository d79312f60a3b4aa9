// Frames → bytes, in the framings that Gemini's endpoints and their clients use. The first bytes of
// a native event must be `data:`; some clients drop an event that begins with any other field.

/** A native event: no `event:`, no `id:`, CRLF twice. */
export function encodeNative(json: string): string {
  return `data: ${json}\r\n\r\n`;
}

/** An event of the Interactions API: LF, named. */
export function encodeNamed(event: string, data: string, id?: string): string {
  return `${id === undefined ? "" : `id: ${oneLine(id)}\n`}event: ${oneLine(event)}\n${dataLines(data)}\n`;
}

/** An event as OpenAI's endpoints frame it. */
export function encodeOpenAi(data: string): string {
  return `data: ${data}\n\n`;
}

/** Keeps a connection alive. The only form every known client ignores. */
export function encodeComment(text = ""): string {
  return `: ${oneLine(text)}\n\n`;
}

/** The last event of an OpenAI stream, and of no native one. */
export const DONE = "[DONE]";

function dataLines(data: string): string {
  return data
    .split(/\r\n|\n|\r/)
    .map((line) => `data: ${line}\n`)
    .join("");
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, " ");
}

/** The body without `alt=sse`: one array, written element by element with Gemini's own separators. */
export class ArrayEncode {
  private count = 0;

  element(json: string): string {
    this.count += 1;
    return this.count === 1 ? `[${json}` : `\n,\r\n${json}`;
  }

  end(): string {
    return this.count === 0 ? "[]" : "\n]";
  }
}
