// Finds the error inside what people paste: JSON in words, JSON in JSON, Python's way to print a
// dictionary. It does not judge what it finds.

const TEXT_CHARS_MAX = 200_000;
const STARTS_MAX = 40;

/** Objects that stand in the text, outermost first. */
export function objectsIn(input: string): unknown[] {
  const text = input.slice(0, TEXT_CHARS_MAX);
  const found: unknown[] = [];
  let from = 0;
  for (let tries = 0; tries < STARTS_MAX; tries += 1) {
    const at = text.slice(from).search(/[[{]\s*["'{[]/);
    if (at === -1) break;
    const start = from + at;
    const end = closing(text, start);
    const piece = text.slice(start, end);
    const value = parseLoosely(piece);
    if (value !== undefined) {
      found.push(value);
      from = end;
    } else from = start + 1;
  }
  return found;
}

/** The end of the bracket that opens at `start`; strings in either quote are passed over. */
function closing(text: string, start: number): number {
  let depth = 0;
  let quote = "";
  for (let i = start; i < text.length; i += 1) {
    const c = text[i] as string;
    if (quote) {
      if (c === "\\") i += 1;
      else if (c === quote) quote = "";
    } else if (c === '"' || (c === "'" && /[\s{[(,:]/.test(text[i - 1] ?? " "))) quote = c;
    else if (c === "{" || c === "[") depth += 1;
    else if (c === "}" || c === "]") {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

function parseLoosely(piece: string): unknown {
  for (const text of [
    piece,
    pythonToJson(piece),
    piece.replace(/\r?\n/g, "\\n"),
    piece.replace(/\\n/g, "\n").replace(/\\"/g, '"'),
  ]) {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null) return value;
    } catch {
      // Not in this dialect.
    }
  }
  return undefined;
}

/** `{'a': None}` → `{"a": null}`. */
function pythonToJson(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i] as string;
    if (c === "'" || c === '"') {
      let inner = "";
      for (i += 1; i < text.length && text[i] !== c; i += 1) {
        if (text[i] === "\\") {
          i += 1;
          inner +=
            text[i] === "'"
              ? "'"
              : text[i] === "n"
                ? "\n"
                : `\\${text[i]}`.replace(/^\\(["\\])$/, "$1");
        } else inner += text[i];
      }
      out += JSON.stringify(inner);
    } else out += c;
  }
  return out
    .replace(/\bNone\b/g, "null")
    .replace(/\bTrue\b/g, "true")
    .replace(/\bFalse\b/g, "false");
}

/** The HTTP status that the text speaks of, if it names one. */
export function statusIn(text: string): number | undefined {
  const patterns = [
    /\b(?:status(?:[ _]?code)?|code|http|error|response)\b["']?\s{0,8}[:=]?\s{0,8}["'(<]?([1-5]\d\d)\b/i,
    /\[([45]\d\d)[ \]]/,
    /^\s*([45]\d\d)\b/,
    /\b([45]\d\d)\s+(?:Too Many|Bad|Not|Service|Internal|Gateway|Unauthorized|Forbidden|[A-Z_]{6,})/,
  ];
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1];
    if (found) return Number(found);
  }
  return undefined;
}
