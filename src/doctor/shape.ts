// The shape of a request without its content: which fields it has and how large they are.

/** A value without its texts: which fields it has, and how long they are. */
export type Shape = string | number | boolean | null | Shape[] | { [field: string]: Shape };

const DEPTH_MAX = 20;
const ENTRIES_MAX = 200;
/** Words of the API's own vocabulary tell nothing of the account or of what was asked. */
const VOCABULARY = /^[A-Z][A-Z_]{2,60}$/;
const OPEN_FIELDS = new Set(["role", "mimeType", "responseMimeType", "type", "thinkingLevel"]);
const OPEN_WORD = /^[\w/+.-]{1,60}$/;
const TEXT = /^text\((\d{1,9})\)$/;

/** The shape of a value. */
export function shapeOf(value: unknown, field = "", depth = 0): Shape {
  if (depth > DEPTH_MAX) return "…";
  if (typeof value === "string") {
    const open = VOCABULARY.test(value) || (OPEN_FIELDS.has(field) && OPEN_WORD.test(value));
    return open ? value : `text(${value.length})`;
  }
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (Array.isArray(value))
    return value.slice(0, ENTRIES_MAX).map((one) => shapeOf(one, field, depth + 1));
  if (typeof value !== "object") return null;
  const fields = Object.entries(value).slice(0, ENTRIES_MAX);
  return Object.fromEntries(fields.map(([name, one]) => [name, shapeOf(one, name, depth + 1)]));
}

/** A request of this shape, with filler where there was text. */
export function filledFrom(shape: Shape): unknown {
  if (typeof shape === "string") {
    const chars = TEXT.exec(shape)?.[1];
    return chars === undefined
      ? shape
      : FILLER.repeat(Number(chars) / FILLER.length + 1).slice(0, Number(chars));
  }
  if (Array.isArray(shape)) return shape.map(filledFrom);
  if (typeof shape !== "object" || shape === null) return shape;
  return Object.fromEntries(Object.entries(shape).map(([name, one]) => [name, filledFrom(one)]));
}

const FILLER = "lorem ipsum ";
