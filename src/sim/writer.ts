// Deterministic text with everything that breaks naive streaming code: lists, code, tables, emoji
// built of several characters, CJK. No run of it stands twice, so that every seam can be judged.
import { hash, type Random, random } from "./random.ts";

const ADJECTIVES =
  "quiet,amber,patient,crooked,bright,distant,humble,silver,restless,gentle,ancient,hollow,brave,narrow,warm,stubborn,salt-worn,moonlit,curious,weathered,nimble,solemn,copper,drowsy,wild,faithful,tangled,frosted,velvet,unlikely".split(
    ",",
  );
const NOUNS =
  "lantern,river,orchard,signal,harbour,letter,mountain,clock,bridge,sparrow,kettle,library,ladder,garden,compass,meadow,workshop,tower,violin,stream,market,window,forest,engine,blanket,comet,staircase,teapot,horizon,drawbridge,notebook,lighthouse".split(
    ",",
  );
const VERBS =
  "follows,remembers,measures,crosses,gathers,repairs,outlasts,listens to,carries,paints,guards,borrows,wakes,untangles,answers,circles,shelters,studies,forgives,polishes,trusts,questions,welcomes,counts,mends".split(
    ",",
  );
const ADVERBS =
  "slowly,without a word,before dawn,in every season,against all advice,with great care,almost by accident,for the third time,as if nothing had happened,in plain sight,on the last evening,with borrowed tools,under a paper moon".split(
    ",",
  );
const JOINS = "and,while,because,until,although,so,whenever,as".split(",");
const NAMES = "Mira,Teodor,Ines,Bako,Lin,Oskar,Yara,Pell,Sunniva,Dario".split(",");
const EMOJI = ["🧭", "👩🏽‍🚀", "🌊", "👨‍👩‍👧‍👦", "🪁", "🏳️‍🌈", "🕯️", "🦉", "🇪🇺", "🧵"];
const CJK = [
  "静かな川が町を渡る。",
  "小さな灯りは消えない。",
  "山的那边有一座桥。",
  "오래된 편지가 도착했다.",
  "風が本を開いた。",
  "钟声数着星星。",
];
const LANGUAGES = ["js", "python", "rust", "sql"];

const WORDS_DEFAULT = 170;
const WORDS_MAX = 60_000;
/** No run of this length stands twice. */
const RUN_CHARS = 20;
const TRIES_MAX = 40;

/** How many words a prompt asks for. */
export function wordsAsked(prompt: string): number {
  const asked = /(\d[\d,.']*)\s*-?\s*words?\b/i.exec(prompt)?.[1];
  if (asked) return Math.min(WORDS_MAX, Math.max(1, Number(asked.replace(/\D/g, ""))));
  if (/\b(one|a single) word\b/i.test(prompt)) return 1;
  if (/\b(one|a single) sentence\b|\bbriefly\b/i.test(prompt)) return 14;
  return WORDS_DEFAULT;
}

export function write(input: {
  seed: number;
  model: string;
  prompt: string;
  turn?: string;
}): string {
  const r = random(hash(`${input.model}\n${input.prompt}`, input.seed));
  const words = wordsAsked(input.prompt);
  if (words === 1) return `${r.pick(NOUNS)[0]?.toUpperCase()}${r.pick(NOUNS).slice(1)}.`;
  const page = new Page(r);
  page.opening(input.prompt, words);
  const blocks = ["list", "paragraph", "code", "cjk", "paragraph", "table", "emoji", "quote"];
  for (let i = 0; page.words < words; i += 1) {
    const left = words - page.words;
    page.block(left < 30 ? "paragraph" : (blocks[i % blocks.length] as string), left);
  }
  return page.text;
}

class Page {
  text = "";
  words = 0;
  private readonly r: Random;
  private readonly runs = new Set<string>();
  private n = 0;

  constructor(r: Random) {
    this.r = r;
  }

  opening(prompt: string, words: number): void {
    if (words < 40) return;
    const hero = this.r.pick(NAMES);
    if (/knight|story|tale/i.test(prompt)) {
      this.add(`## ${hero} and the ${cap(this.r.pick(ADJECTIVES))} ${cap(this.r.pick(NOUNS))}\n\n`);
      this.add(`Once, where the road bends twice, there lived a knight named ${hero}. `);
    } else {
      this.add("Hello! You are talking to the **simulator**: no key, no network, no model. ");
      this.add("What follows is invented, but it streams like the real thing. ");
    }
  }

  block(kind: string, left: number): void {
    const { r } = this;
    if (kind === "list") this.list(Math.min(5, Math.max(2, Math.floor(left / 12))));
    else if (kind === "code") this.code();
    else if (kind === "cjk")
      this.add(`${r.pick(CJK)}${r.pick(NOUNS)} ${this.next()} ${r.pick(CJK)}\n\n`);
    else if (kind === "table") this.table();
    else if (kind === "emoji") this.add(`${r.pick(EMOJI)} ${this.sentence()} ${r.pick(EMOJI)}\n\n`);
    else if (kind === "quote") this.add(`> ${this.sentence()}\n\n`);
    else this.paragraph(left);
  }

  private paragraph(left: number): void {
    const sentences = Math.max(1, Math.min(this.r.int(2, 4), Math.ceil(left / 11)));
    for (let i = 0; i < sentences; i += 1) this.fresh(() => `${this.sentence()} `);
    this.text = `${this.text.trimEnd()}\n\n`;
  }

  private list(items: number): void {
    this.add(`### ${cap(this.r.pick(ADJECTIVES))} ${this.r.pick(NOUNS)} no. ${this.next()}\n\n`);
    for (let i = 0; i < items; i += 1)
      this.fresh(() => `- **${cap(this.r.pick(NOUNS))}**: ${this.sentence()}\n`);
    this.text += "\n";
  }

  private code(): void {
    const { r } = this;
    const name = `${r.pick(NOUNS).replace(/\W/g, "_")}_${this.next()}`;
    const lines = [
      `function ${name}(${r.pick(NOUNS)}) {`,
      `  const total = ${r.int(100, 999)} * ${name}.length; // ${this.sentence()}`,
      `  return total + ${r.int(2, 99)};`,
      "}",
    ];
    this.add(`\`\`\`${r.pick(LANGUAGES)}\n${lines.join("\n")}\n\`\`\`\n\n`);
  }

  private table(): void {
    const { r } = this;
    const row = () =>
      `| ${r.pick(NOUNS)} ${this.next()} | ${r.pick(ADJECTIVES)} | ${r.int(10, 9999)} |\n`;
    this.add(
      `| ${cap(r.pick(NOUNS))} | Kind | Count ${this.next()} |\n| --- | --- | ---: |\n${row()}${row()}`,
    );
    this.text += "\n";
  }

  private sentence(): string {
    const { r } = this;
    const clause = () =>
      `the ${r.pick(ADJECTIVES)} ${r.pick(NOUNS)} ${r.pick(VERBS)} the ${r.pick(ADJECTIVES)} ${r.pick(NOUNS)}`;
    const first = cap(clause());
    const rest = r.next() < 0.5 ? `, ${r.pick(JOINS)} ${clause()}` : ` ${r.pick(ADVERBS)}`;
    return `${first}${rest}.`;
  }

  private next(): number {
    this.n += 1;
    return this.n * 7 + this.r.int(0, 6);
  }

  /** Writes again what would repeat a run of the text. */
  private fresh(make: () => string): void {
    let piece = make();
    for (let i = 0; i < TRIES_MAX && this.repeats(piece); i += 1) piece = make();
    this.add(piece);
  }

  private repeats(piece: string): boolean {
    const around = this.text.slice(1 - RUN_CHARS) + piece;
    for (let i = 0; i + RUN_CHARS <= around.length; i += 1) {
      if (this.runs.has(around.slice(i, i + RUN_CHARS))) return true;
    }
    return false;
  }

  private add(piece: string): void {
    const from = Math.max(0, this.text.length - RUN_CHARS + 1);
    this.text += piece;
    for (let i = from; i + RUN_CHARS <= this.text.length; i += 1)
      this.runs.add(this.text.slice(i, i + RUN_CHARS));
    this.words += piece.split(/\s+/).filter(Boolean).length;
  }
}

function cap(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
