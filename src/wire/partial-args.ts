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
/** How far beyond its end a list may be written: what lies between would have to be sent. */
const GAP_MAX = 16;

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
    if (!isContainer(part)) continue;
    const call = isContainer(part.functionCall) ? part.functionCall : undefined;
    if (!call || call.name !== undefined) close();
    if (!call || (call.name !== undefined && !call.willContinue && !call.partialArgs)) {
      whole.push(part);
      continue;
    }
    if (call.name !== undefined) open = { part, args: { ...call.args } };
    const { partialArgs: pieces } = call;
    if (Array.isArray(pieces))
      for (const piece of pieces) if (open && isContainer(piece)) put(open.args, piece);
    if (!call.willContinue) close();
  }
  if (complete) close();
  return whole;
}

function put(args: Record<string, unknown>, piece: Piece): void {
  const keys = keysOf(typeof piece.jsonPath === "string" ? piece.jsonPath : "$");
  const last = keys.pop();
  if (last === undefined || keys.length > DEPTH_MAX) return;
  let at: Record<string | number, unknown> = args;
  for (const [i, key] of keys.entries()) {
    const next = keys[i + 1] ?? last;
    const known = own(at, key);
    const inner = isContainer(known) ? known : typeof next === "number" ? [] : {};
    if (!set(at, key, inner)) return;
    at = inner as typeof at;
  }
  const before = own(at, last);
  set(at, last, valueIn(piece, before));
}

function valueIn(piece: Piece, before: unknown): unknown {
  if (typeof piece.stringValue === "string")
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
    if (index !== undefined) keys.push(Number(index));
    else keys.push(name ?? (quoted as string).replace(/\\(.)/g, "$1"));
  }
  return keys;
}

function own(at: object, key: string | number): unknown {
  return Object.hasOwn(at, key) ? (at as Record<string | number, unknown>)[key] : undefined;
}

/** Never the prototype's, and never far beyond the end of a list. */
function set(at: object, key: string | number, value: unknown): boolean {
  if (Array.isArray(at) && (typeof key !== "number" || key > at.length + GAP_MAX)) return false;
  Object.defineProperty(at, key, { value, writable: true, enumerable: true, configurable: true });
  return true;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
