// From an input to one near it: pieces cut, doubled, swapped, words put in; in JSON, values of other kinds
// in any place.
import type { Random } from "./random.ts";
import type { Kind } from "./target.ts";

const CHARS_MAX = 20_000;
const DEPTH = 400;
const CHARS = [..."\0\t\n\r \"'\\/:;,.[]{}()<>=&%#`*_~|-+0159azAZ\u00a0\ufeff\ufffd\u2028é漢🙂"];
const WORDS = [
  ...['{"a":1}', "data: ", "event: ", "id: ", "\r\n\r\n", "\n\n", "[DONE]", "null", "\\u0000"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "NaN", "1e309", "-1"],
  ...["%2e%2e", "%00", "../", "//", "Bearer ", "key=", "AIza", "429", "\ud800", "<html>", "```"],
];
const deep = (open: string, close: string) => open.repeat(DEPTH) + close.repeat(DEPTH);
/** Whatever may stand where something else is expected. */
const POISON = [
  ...["null", "true", "0", "-1", "0.5", "1e308", "-1e308", "4294967295", "2147483648", '""'],
  ...['"constructor"', '"__proto__"', '"\\u0000"', '"\\ud800"', "{}", "[]", "[null]", "[[]]"],
  '{"toString":null,"valueOf":null}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"length":4294967295}',
  deep("[", "]"),
  `${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`,
  JSON.stringify("x".repeat(3_000)),
  JSON.stringify(Array.from({ length: 300 }, (_, i) => i)),
];

export function mutate(
  kind: Kind,
  input: unknown,
  other: unknown,
  words: readonly string[],
  random: Random,
): unknown {
  if (kind === "json") return mutateJson(input, other, words, random);
  if (kind === "text") return mutateText(input as string, other as string, words, random);
  const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
  const from = latin(input as Uint8Array);
  const changed = mutateText(from, latin(other as Uint8Array), words.map(utf8Latin), random);
  return new Uint8Array(Buffer.from(changed, "latin1"));
}

function utf8Latin(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function mutateText(text: string, other: string, words: readonly string[], random: Random): string {
  let out = text;
  for (let times = 1 + random.int(3); times > 0; times -= 1)
    out = changed(out, other, words, random);
  return out.slice(0, CHARS_MAX);
}

function changed(text: string, other: string, words: readonly string[], random: Random): string {
  const at = random.int(text.length + 1);
  const size = Math.min(1 + random.int(random.chance(0.2) ? text.length + 1 : 8), 2_000);
  const piece = text.slice(at, at + size);
  const put = (what: string) => text.slice(0, at) + what + text.slice(at);
  const swap = (what: string) => text.slice(0, at) + what + text.slice(at + size);
  switch (random.int(8)) {
    case 0:
      return swap("");
    case 1:
      return put(random.pick(CHARS));
    case 2:
      return swap(random.pick(CHARS).repeat(piece.length));
    case 3:
      return put(random.pick(words.length > 0 && random.chance(0.6) ? words : WORDS));
    case 4:
      return put(piece.repeat(1 + random.int(6)));
    case 5:
      return text.slice(0, at) + other.slice(random.int(other.length + 1));
    case 6:
      return swap(String.fromCharCode(random.int(256)));
    default:
      return put(random.pick(WORDS).repeat(1 + random.int(40)));
  }
}

type Slot = { of: object; key: string };

function mutateJson(
  value: unknown,
  other: unknown,
  words: readonly string[],
  random: Random,
): unknown {
  const copy: unknown = JSON.parse(JSON.stringify({ value }));
  for (let times = 1 + random.int(3); times > 0; times -= 1) {
    const slots = slotsOf(copy);
    const slot = random.pick(slots);
    put(slot, fresh(get(slot), random.pick(slotsOf({ other })), words, random));
    if (random.chance(0.15))
      put({ of: slot.of, key: random.pick([...WORDS, ...words]) }, get(slot));
  }
  // As it would come over a wire: no holes, no `undefined`.
  return (JSON.parse(JSON.stringify(copy)) as { value: unknown }).value;
}

function fresh(now: unknown, from: Slot, words: readonly string[], random: Random): unknown {
  if (typeof now === "string" && random.chance(0.4)) return changed(now, "", words, random);
  if (Array.isArray(now) && random.chance(0.4))
    return random.chance(0.5) ? [...now, ...now] : now.slice(1);
  if (random.chance(0.4)) return structuredClone(get(from));
  if (words.length > 0 && random.chance(0.3)) return random.pick(words);
  return JSON.parse(random.pick(POISON));
}

const SLOTS_MAX = 2_000;

/** Every place in it, up to a limit. */
function slotsOf(root: unknown): Slot[] {
  const slots: Slot[] = [];
  const open: unknown[] = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== "object" || next === null || slots.length > SLOTS_MAX) continue;
    for (const key of Object.keys(next)) {
      slots.push({ of: next, key });
      open.push(get({ of: next, key }));
    }
  }
  return slots;
}

function get({ of, key }: Slot): unknown {
  return Object.getOwnPropertyDescriptor(of, key)?.value;
}

/** As `JSON.parse` does it: also a key named `__proto__` is only a key. */
function put({ of, key }: Slot, value: unknown): void {
  if (Array.isArray(of) && !/^\d+$/.test(key)) return;
  Object.defineProperty(of, key, { value, writable: true, enumerable: true, configurable: true });
}
