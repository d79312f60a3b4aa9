// Deterministic text with everything that breaks naive streaming code: lists, code, tables, emoji
// built of several characters, CJK. No run of it stands twice nearby, so that every seam can be judged.
import { answerTo, type Pages, tale, welcome } from "./pages.ts";
import {
  bullet,
  codeBlock,
  emojiLine,
  fewWords,
  foreign,
  heading,
  sentence,
  tableHead,
  tableRow,
} from "./prose.ts";
import { hash, type Random, random } from "./random.ts";

interface Writing {
  seed: number;
  model: string;
  prompt: string;
  /** What tells this turn of a conversation from another with the same prompt. */
  turn?: string;
  /** In place of what the prompt asks for. */
  words?: number;
}

const WORDS_MAX = 60_000;
/** Up to here words are counted out one by one. */
const FEW_WORDS = 20;
/** Below this only sentences are written, no lists or code. */
const PLAIN_WORDS = 120;
/** How far over what was asked a text may run. */
const SLACK_WORDS = 12;
/** No run of this length stands twice in so many characters, nor does any run of the beginning. */
const RUN_CHARS = 20;
const NEARBY_CHARS = 24_000;
const HEAD_CHARS = 2_000;
const TRIES_MAX = 100;
const REFUSALS_MAX = 1_000;
const SENTENCE_WORDS = 12;

/** How many words a prompt asks for. */
export function wordsAsked(prompt: string): number | undefined {
  const asked = /(\d[\d,.']{0,9})\s{0,3}-?\s{0,3}words?\b/i.exec(prompt)?.[1];
  if (asked) return Math.min(WORDS_MAX, Math.max(1, Number(asked.replace(/\D/g, ""))));
  if (/\b(one|a single) word\b/i.test(prompt)) return 1;
  if (/\b(one|a single) sentence\b|\bbriefly\b/i.test(prompt)) return 14;
  return undefined;
}

const KEPT_MAX = 64;
const kept = new Map<string, string>();

/** Depends on nothing but its input. The same is asked again and again, so the last are kept. */
export function write(writing: Writing): string {
  const id = JSON.stringify(writing);
  const known = kept.get(id);
  if (known !== undefined) return known;
  const text = compose(writing);
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value as string);
  kept.set(id, text);
  return text;
}

function compose({ seed, model, prompt, turn = "", words }: Writing): string {
  const r = random(hash(`${model}\n${prompt}\n${turn}`, seed));
  const asked = words ?? wordsAsked(prompt);
  if (asked !== undefined && asked <= FEW_WORDS) return fewWords(r, asked);
  const pages = pagesFor(prompt, r);
  const page = new Page(r);
  fill(page, pages, asked ?? 0, asked === undefined);
  return page.text;
}

function pagesFor(prompt: string, r: Random): Pages {
  const start = prompt.trim();
  if (
    /^(hi|hello|hey|good (morning|day|evening)|greetings|test|ping)\b/i.test(start) &&
    start.length < 60
  )
    return welcome(r);
  if (/\b(story|tale|knight|dragon|fairy|legend)\b/i.test(prompt)) return tale(r);
  return answerTo(prompt, r);
}

/** `free`: nobody asked for a length, so what was written by hand is told whole. */
function fill(page: Page, pages: Pages, target: number, free: boolean): void {
  const long = free || target >= PLAIN_WORDS;
  const fits = (piece: string, most: number) =>
    free || page.words + countOf(piece) <= most + SLACK_WORDS;
  if (long && pages.title) page.say(pages.title);
  for (const piece of pages.opening) {
    if (fits(piece, target)) page.say(piece);
  }
  const body = target - (long ? countOf(pages.ending.join("")) : 0);
  if (long) {
    for (const piece of pages.middle) {
      if (fits(piece, body)) page.say(piece);
    }
    page.breakLine();
  }
  for (let i = 0; page.words < body && page.refusals < REFUSALS_MAX; i += 1)
    page.block(long ? i : -1, body - page.words);
  page.breakLine();
  if (!long) return;
  for (const piece of pages.ending) {
    if (fits(piece, target)) page.say(piece);
  }
}

function countOf(text: string): number {
  return text.split(/\s+/).filter(Boolean).length;
}

type Line = (r: Random) => string;

const spoken: Line = (r) => `${sentence(r)} `;
const step =
  (n: number): Line =>
  (r) =>
    `${n}. ${sentence(r)}\n`;

/** What comes after what, over and over. Each line is found anew until it repeats nothing. */
const BLOCKS: readonly (readonly Line[])[] = [
  [spoken, spoken, spoken],
  [heading, spoken, spoken],
  [bullet, bullet, bullet, bullet],
  [spoken, spoken, spoken, spoken],
  [codeBlock],
  [foreign, spoken, spoken],
  [tableHead, tableRow, tableRow, tableRow],
  [emojiLine, spoken, spoken, spoken],
  [heading, step(1), step(2), step(3)],
];
const PLAIN_BLOCK: readonly Line[] = [spoken];

class Page {
  words = 0;
  /** How often in a row nothing new could be said; a text ends before it repeats itself. */
  refusals = 0;
  private readonly parts: string[] = [];
  private chars = 0;
  private tail = "";
  /** What stands between the text and the next piece: space, or an empty line. */
  private gap = "";
  private readonly r: Random;
  private readonly runs = new Map<string, number>();

  constructor(r: Random) {
    this.r = r;
  }

  get text(): string {
    return this.parts.join("");
  }

  /** The next block, or a sentence alone where `n` is negative. */
  block(n: number, left: number): void {
    const plain = n < 0 || left < SENTENCE_WORDS * 2;
    const lines = plain ? PLAIN_BLOCK : (BLOCKS[n % BLOCKS.length] ?? PLAIN_BLOCK);
    for (const line of lines) {
      for (let i = 0; i < TRIES_MAX && !this.say(line(this.r)); i += 1) this.refusals += 1;
    }
    if (!plain) this.breakLine();
  }

  breakLine(): void {
    if (this.chars > 0) this.gap = "\n\n";
  }

  /** Adds a piece, unless it would repeat a run of what is near. */
  say(piece: string): boolean {
    const core = piece.trimEnd();
    const added = this.gap + core;
    const whole = this.tail + added;
    const from = this.chars - this.tail.length;
    const fresh = new Set<string>();
    // With the empty line that may follow: a piece after which nothing fits would end the text.
    const followed = `${whole}\n\n`;
    for (let i = 0; i + RUN_CHARS <= followed.length; i += 1) {
      const run = followed.slice(i, i + RUN_CHARS);
      if (fresh.has(run) || this.isNear(run)) return false;
      if (i + RUN_CHARS <= whole.length) fresh.add(run);
    }
    let at = from;
    for (const run of fresh) this.runs.set(run, at++);
    this.parts.push(added);
    this.chars += added.length;
    this.tail = whole.slice(1 - RUN_CHARS);
    this.gap = piece.slice(core.length);
    this.words += countOf(piece);
    this.refusals = 0;
    if (this.runs.size > NEARBY_CHARS * 3) this.forget();
    return true;
  }

  private isNear(run: string): boolean {
    const at = this.runs.get(run);
    return at !== undefined && (at < HEAD_CHARS || at > this.chars - NEARBY_CHARS);
  }

  /** Keeps the memory of runs bounded, however long the text. */
  private forget(): void {
    for (const [run, at] of this.runs) {
      if (at >= HEAD_CHARS && at < this.chars - NEARBY_CHARS) this.runs.delete(run);
    }
  }
}
