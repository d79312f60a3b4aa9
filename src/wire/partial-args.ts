// A door: function calls whose arguments come in pieces, as Vertex sends them when asked to. Pieces
// name a place in the arguments and a value, or more of a text; a call without its end is no call.
import type { GeminiPart } from "./gemini.ts";

interface Piece {
  jsonPath?: string;
  stringValue?: string;
  numberValue?: number;
  boolValue?: boolean;
  nullValue?: unknown;
  willContinue?: boolean;
}

interface Open {
  part: GeminiPart;
  args: Record<string, unknown>;
}

const DEPTH_MAX = 64;
const INDEX_MAX = 100_000;

/**
 * The same parts, with each call in one. Its end may be missing; then what follows it ends it, and at
 * the end of the parts `complete` says whether the answer is whole. A call that was cut is left out.
 */
export function wholeCalls(parts: readonly GeminiPart[], complete: boolean): GeminiPart[] {
  const whole: GeminiPart[] = [];
  let open: Open | undefined;
  const close = () => {
    if (!open) return;
    const { partialArgs: _, willContinue: __, ...said } = open.part.functionCall ?? {};
    whole.push({ ...open.part, functionCall: { ...said, args: open.args } });
    open = undefined;
  };
  for (const part of parts) {
    const { functionCall: call } = part;
    if (!call || call.name !== undefined) close();
    if (!call || (call.name !== undefined && !call.willContinue && !call.partialArgs)) {
      whole.push(part);
      continue;
    }
    if (call.name !== undefined) open = { part, args: { ...call.args } };
    for (const piece of (call.partialArgs ?? []) as Piece[]) if (open) put(open.args, piece);
    if (!call.willContinue) close();
  }
  if (complete) close();
  return whole;
}

function put(args: Record<string, unknown>, piece: Piece): void {
  const keys = keysOf(piece.jsonPath ?? "$");
  const last = keys.pop();
  if (last === undefined || keys.length > DEPTH_MAX) return;
  let at: Record<string | number, unknown> = args;
  for (const [i, key] of keys.entries()) {
    const next = keys[i + 1] ?? last;
    const known = own(at, key);
    const inner = isContainer(known) ? known : typeof next === "number" ? [] : {};
    set(at, key, inner);
    at = inner as typeof at;
  }
  const before = own(at, last);
  set(at, last, valueIn(piece, before));
}

function valueIn(piece: Piece, before: unknown): unknown {
  if (piece.stringValue !== undefined)
    return typeof before === "string" ? before + piece.stringValue : piece.stringValue;
  if (piece.numberValue !== undefined) return piece.numberValue;
  if (piece.boolValue !== undefined) return piece.boolValue;
  if ("nullValue" in piece) return null;
  // Neither value nor text: an empty container, unless something is in it already.
  return before ?? {};
}

/** `$.a.b[0]['c d']` → `a`, `b`, 0, `c d`. */
function keysOf(path: string): (string | number)[] {
  const keys: (string | number)[] = [];
  for (const [, name, index, quoted] of path.matchAll(
    /(?:^\$)?(?:\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\])/g,
  )) {
    if (index !== undefined) keys.push(Math.min(Number(index), INDEX_MAX));
    else keys.push(name ?? (quoted as string).replace(/\\(.)/g, "$1"));
  }
  return keys;
}

function own(at: object, key: string | number): unknown {
  return Object.hasOwn(at, key) ? (at as Record<string | number, unknown>)[key] : undefined;
}

/** Never the prototype's. */
function set(at: object, key: string | number, value: unknown): void {
  Object.defineProperty(at, key, { value, writable: true, enumerable: true, configurable: true });
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
