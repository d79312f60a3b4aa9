// Sentences that make sense one by one and are never the same twice: a village of busy people and
// their things. The parts between two choices are short, so that no long run of letters repeats.
import type { Random } from "./random.ts";

const list = (text: string) => text.split(",").map((word) => word.trim());

const PEOPLE = list(
  "clockmaker,ferryman,baker,lighthouse keeper,mapmaker,beekeeper,librarian,tinker,weaver,stargazer,gardener,miller,harbour pilot,bell-ringer,painter,apprentice,postmistress,shepherd,glassblower,carpenter,juggler,night watchman,cook,tailor,fiddler,magpie,fox,heron,hound,cat,hedgehog,owl,potter,innkeeper,chimney sweep,schoolteacher,fisherman,botanist,bookbinder,candlemaker",
);
const MANNERS = list(
  "patient,cheerful,stubborn,absent-minded,quiet,clever,sleepy,kind,retired,far-sighted,careful,restless,proud,left-handed,freckled,soft-spoken,sunburnt,punctual,curious,modest,hungry,elderly,nimble,solemn,barefoot,generous,dreamy,practical",
);
const DEEDS = list(
  "mended,carried,painted,polished,borrowed,counted,hid,sketched,weighed,traded,wrapped,delivered,found,lit,hung up,wound up,unpacked,folded,rescued,labelled,admired,followed,guarded,measured,bought,dropped,opened,recognised,praised,lent out,balanced,sang to",
);
const LOOKS = list(
  "copper,paper,borrowed,moonlit,crooked,silver,half-finished,salt-stained,velvet,wooden,painted,forgotten,hollow,enormous,tiny,striped,rusty,gilded,unsigned,warm,blue,seven-sided,feathered,squeaking,patched,green,second-best,foldable,upside-down,famous",
);
const THINGS = list(
  "lantern,kettle,map,letter,umbrella,violin,compass,ladder,teapot,blanket,notebook,clock,boat,key,bell,music box,basket,wheelbarrow,spyglass,drum,kite,chessboard,weathervane,suitcase,flute,birdcage,hourglass,wardrobe,anchor,bicycle,scarf,telescope,bridge,doorbell,sundial,pocket watch",
);
const PLACES = list(
  "by the river,in the old mill,under the bridge,behind the bakery,on the harbour wall,at the crossroads,in the attic,beside the orchard,near the lighthouse,on the market square,across the marsh,above the stables,outside the library,in the third boat,at the top of the stairs,between two hedges,on the ferry,beneath the clock tower,in a quiet corner,at the edge of the wood",
);
const TIMES = list(
  "before dawn,at noon,after supper,on Tuesday,by candlelight,in the first snow,just before the rain,all afternoon,one winter evening,during the parade,at low tide,between two storms,as the bells rang,on market day,long after midnight,in early spring,when the fog lifted,on the last day of school",
);
const REASONS = list(
  "because nobody else would,to settle a bet,out of plain kindness,for three buttons and a song,without telling anyone,as quietly as possible,against all advice,with great care,for the second time,in the wrong order,and kept a receipt,almost by accident,as a favour,with one hand,and thought no more of it,to everyone's surprise",
);
const JOINS = list("and,while,but,just as,because,until");
const SAYINGS = list(
  "It will do,Mind the step,Not today,Listen,Quite right,One more try,Hold this,Well done,Who told you,Almost,Look up,That is new,Take your time,Too early,Ask the owl,Never mind",
);
export const WOMEN = list("Mira,Ines,Lin,Yara,Sunniva,Wanda,Noor,Ottilie");
export const MEN = list("Teodor,Bako,Oskar,Pell,Dario,Emrys,Jasper,Kofi");
const NAMES = [...WOMEN, ...MEN];
const EMOJI = [
  "🧭",
  "👩🏽‍🚀",
  "🌊",
  "👨‍👩‍👧‍👦",
  "🪁",
  "🏳️‍🌈",
  "🕯️",
  "🦉",
  "🇪🇺",
  "🧵",
  "🧑‍🍳",
  "🐈‍⬛",
];
const CJK = [
  ["静かな川が町を渡る。", "a quiet river crosses the town"],
  ["小さな灯りは消えない。", "a small light does not go out"],
  ["山的那边有一座桥。", "beyond the mountain there is a bridge"],
  ["오래된 편지가 도착했다.", "an old letter has arrived"],
  ["風が本を開いた。", "the wind opened the book"],
  ["钟声数着星星。", "the bells are counting stars"],
  ["猫は全部知っている。", "the cat knows everything"],
  ["雨停了，孩子们跑出来。", "the rain stopped and the children ran out"],
] as const;

const chance = (r: Random, p: number) => r.next() < p;
export const cap = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
const withArticle = (text: string) => `${/^[aeiou]/i.test(text) ? "an" : "a"} ${text}`;

function person(r: Random): string {
  if (chance(r, 0.25)) return r.pick(NAMES);
  return `the ${chance(r, 0.8) ? `${r.pick(MANNERS)} ` : ""}${r.pick(PEOPLE)}`;
}

function thing(r: Random): string {
  return `${r.pick(LOOKS)} ${r.pick(THINGS)}`;
}

function object(r: Random): string {
  return chance(r, 0.5) ? `the ${thing(r)}` : withArticle(thing(r));
}

function clause(r: Random): string {
  return `${person(r)} ${r.pick(DEEDS)} ${object(r)}`;
}

export function sentence(r: Random): string {
  switch (r.int(0, 6)) {
    case 0:
      return `${cap(clause(r))} ${r.pick(PLACES)}.`;
    case 1:
      return `${cap(r.pick(TIMES))}, ${clause(r)} ${r.pick(REASONS)}.`;
    case 2:
      return `${cap(clause(r))}, ${r.pick(JOINS)} ${clause(r)}.`;
    case 3:
      return `“${r.pick(SAYINGS)}”, said ${person(r)}, and ${r.pick(DEEDS)} ${object(r)}.`;
    case 4:
      return `${cap(person(r))} ${r.pick(DEEDS)} ${object(r)}, ${r.pick(DEEDS)} ${object(r)} and went home.`;
    case 5:
      return `Nobody had ${r.pick(DEEDS)} ${object(r)} ${r.pick(TIMES)}.`;
    default:
      return `${cap(r.pick(PLACES))}, ${clause(r)} ${r.pick(TIMES)}.`;
  }
}

export function heading(r: Random): string {
  return `### The ${thing(r).split(" ").map(cap).join(" ")}\n\n`;
}

export function bullet(r: Random): string {
  return `- **${cap(thing(r))}**: ${sentence(r)}\n`;
}

export function tableHead(r: Random): string {
  return `| ${cap(r.pick(THINGS))} | ${cap(r.pick(LOOKS))} | ${cap(r.pick(MANNERS))} |\n|-|-|-:|\n`;
}

export function tableRow(r: Random): string {
  return `| ${thing(r)} | ${r.pick(MANNERS)} | ${r.int(2, 9_999)} |\n`;
}

export function foreign(r: Random): string {
  const [text, gloss] = r.pick(CJK);
  return `> ${text} (*${gloss}*)\n\n`;
}

export function emojiLine(r: Random): string {
  return `${r.pick(EMOJI)} ${sentence(r)} ${r.pick(EMOJI)}\n\n`;
}

export function codeBlock(r: Random): string {
  const name = `${r.pick(LOOKS)}_${r.pick(THINGS)}`.replace(/\W/g, "_");
  const given = r.pick(THINGS).replace(/\W/g, "_");
  const [a, b] = [r.int(2, 99), r.int(100, 9_999)];
  const [language, text] = r.pick([
    ["js", `// ${sentence(r)}\nconst ${name} = (${given}) => ${given} * ${a};\n\n${name}(${b});`],
    [
      "python",
      `def ${name}(${given}):\n    # ${sentence(r)}\n    return ${given} + ${a}\n\n\n${name}(${b})`,
    ],
    ["sql", `-- ${sentence(r)}\nSELECT ${given}\nFROM ${name}\nWHERE ${given} > ${b};`],
    [
      "rust",
      `// ${sentence(r)}\nfn ${name}(${given}: u32) -> u32 {\n    ${given} * ${a} + ${b}\n}`,
    ],
  ] as const);
  return `\`\`\`${language}\n${text}\n\`\`\`\n\n`;
}

/** Exactly that many words, for those who ask for few. */
export function fewWords(r: Random, words: number): string {
  if (words === 1) return `${cap(r.pick(PEOPLE.filter((one) => !one.includes(" "))))}.`;
  const all = Array.from({ length: Math.ceil(words / 4) }, () => sentence(r)).join(" ");
  const some = all.split(" ").slice(0, words).join(" ");
  return `${cap(some.replace(/[“”]/g, "").replace(/[,.]$/, ""))}.`;
}
