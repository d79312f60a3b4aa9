// What people see first: a welcome, and the tale of a brave knight. Written by hand with places for
// chance, each part as a list of pieces that may be left out when few words are asked for.
import { cap, MEN, WOMEN } from "./prose.ts";
import type { Random } from "./random.ts";

/** Pieces of one kind of text: what it begins with, what may be left out, how it ends. */
export interface Pages {
  title?: string;
  opening: string[];
  middle: string[];
  ending: string[];
}

export function welcome(r: Random): Pages {
  return {
    opening: [
      r.pick([
        "Hello! 👋 You have reached the **Pollux simulator**. ",
        "Good day! 👋 This is the **Pollux simulator** speaking. ",
        "Welcome! 👋 What answers here is the **Pollux simulator**. ",
      ]),
      r.pick([
        "There is no key, no network and no model behind it, only a small program with a taste for invented prose. ",
        "It needs no key and asks no model; it makes up its answers, and makes them up the same way each time. ",
        "No model is asked and nothing is charged: every word below is invented, and the same words get the same answer. ",
      ]),
      "It streams the way Gemini streams, chunk by chunk, so that whatever reads the real thing can read this.\n\n",
    ],
    middle: [
      "A few things to try:\n\n- “Write a story about a brave knight”, or ask for *2000 words* of anything\n- “Answer in one word”, for the other extreme\n- declare a function and name it in the prompt, and it will be called\n\n",
      `It also breaks on cue. Send the header \`x-sim\` with your request, for example:\n\n\`\`\`text\nattempt 1: cut after ${r.int(2, 9)} chunks\nattempt 2: 503 retry ${r.int(1, 4)}s\nattempt 3: ok\n\`\`\`\n\n`,
      r.pick([
        "The answer will be cut, refused, and then told to its end; a good client shows you one whole text. ",
        "You will see an answer that was torn in two and joined again, and ideally no seam. ",
      ]),
    ],
    ending: [
      r.pick([
        "So: what shall it be? 🧵 ようこそ。",
        "Ask away; there is plenty of thread. 🧵 欢迎。",
        "Whenever you are ready. 🧵 환영합니다.",
      ]),
    ],
  };
}

interface Hero {
  name: string;
  they: string;
  their: string;
}

interface Arc {
  title: string;
  call: string;
  turn: string[];
  end: string;
}

const PLACES = ["Aldermoor", "Tansy Ford", "Nine Elms", "Greywater", "Low Harrow", "Saltmarket"];
const PACKED = [
  "a lantern with a stubborn wick 🏮",
  "three apples, one of them for the horse 🍎",
  "forty feet of rope and no plan 🪢",
  "a loaf of bread, still warm 🍞",
  "the second-best sword ⚔️",
  "a map drawn by somebody in a hurry 🗺️",
];

export function tale(r: Random): Pages {
  const woman = r.next() < 0.5;
  const hero = {
    name: r.pick(woman ? WOMEN : MEN),
    they: woman ? "she" : "he",
    their: woman ? "her" : "his",
  };
  const place = r.pick(PLACES);
  const arc = r.pick(ARCS)(hero, place);
  const packed = [...PACKED].sort(() => r.next() - 0.5).slice(0, 3);
  return {
    title: `## ${hero.name} and the ${arc.title}\n\n`,
    opening: [`${r.pick(BEGINNINGS)(hero, place)} `, `${r.pick(MANNERS)(hero)}\n\n`, arc.call],
    middle: [
      `${hero.name} packed what seemed sensible:\n\n${packed.map((one) => `- ${one}\n`).join("")}- a black cat who had not been invited 🐈‍⬛\n\n`,
      r.pick([
        "Over the last gate somebody had carved **静かな川が町を渡る。**, which means that a quiet river crosses the town. It did not help, but it was good to know.\n\n",
        "On the milestone stood **山的那边有一座桥。**, which promises a bridge beyond the mountain. There was one, though it had seen better centuries.\n\n",
        "A ferryman taught the way to say it: **작은 등불도 길을 비춘다.** Even a small lamp lights the road.\n\n",
      ]),
      `Inside, a wizard's note was pinned to the door, in a language with a great many brackets:\n\n\`\`\`python\ndef courage(fear):\n    # nothing in here makes the fear smaller\n    return fear + ${r.int(1, 9)}\n\`\`\`\n\n`,
    ],
    ending: [
      ...arc.turn,
      `${arc.end}\n\n`,
      r.pick([
        "*(Told by the Pollux simulator: made up on the spot, and the same each time you ask.)*",
        "*(A tale of the Pollux simulator. Ask again and you will hear it word for word.)*",
        "*(No model was woken for this story; the Pollux simulator made it up.)*",
      ]),
    ],
  };
}

const BEGINNINGS: readonly ((hero: Hero, place: string) => string)[] = [
  ({ name, they }, place) =>
    `Once, where the road to ${place} bends twice, there lived a knight named ${name}, who was brave in the only way that counts: ${they} was afraid, and went anyway.`,
  ({ name }, place) =>
    `In the year when the river forgot to freeze, a knight called ${name} kept the smallest castle in ${place}: one tower, one goat, and a gate that would not close.`,
  ({ name, they }, place) =>
    `${name} of ${place} had never slain a dragon, and said so whenever anybody asked; what ${they} could do was stay when the others left.`,
];

const MANNERS: readonly ((hero: Hero) => string)[] = [
  ({ their }) =>
    `${cap(their)} armour squeaked, ${their} horse was older than the bridge, and ${their} shield had been mended so often that no two pieces agreed on its colour.`,
  ({ name }) =>
    `All the songs were about taller knights. ${name} hummed them anyway, a little off key, while oiling the hinges.`,
  ({ they, their }) =>
    `People smiled when ${they} rode by on ${their} old mare, and then, for no reason that they could name, slept better.`,
];

const ARCS: readonly ((hero: Hero, place: string) => Arc)[] = [
  ({ name }, place) => ({
    title: "Silent Bells",
    call: `One morning the bells of ${place} made no sound. A dragon, said the messenger, had moved into the belfry, and nobody dared to ring for breakfast.\n\n`,
    turn: [
      "“You are supposed to fight”, said the dragon, who turned out to be shy. ",
      `“I brought bread”, said ${name}, and that was that. `,
    ],
    end: "They still tell it there on cold evenings, and each time the loaf gets bigger. 🔔",
  }),
  ({ name, their }) => ({
    title: "Northern Light",
    call: "Then a letter came, tied to the leg of a very tired heron: *The lamp on the northern pass has gone out. Ships are turning the wrong way. Please hurry.*\n\n",
    turn: [
      "At the top of the stair the dark asked who was there. ",
      `“Only me”, said ${name}, and lit the lamp with shaking hands. The ships turned. The shaking took longer. `,
    ],
    end: `On the way home nobody cheered, because nobody knew; only the heron bowed, and ${their} horse walked a little taller. 🌊`,
  }),
  ({ name, they }, place) => ({
    title: "Walking Wood",
    call: `It began with a map that would not hold still. Each night the forest on it crept one finger nearer to ${place}, and in the morning the forest outside had done the same.\n\n`,
    turn: [
      `${name} stood where the trees met the field, and did not move all night. `,
      "Toward dawn the oldest oak asked, in a voice like a door, what anyone could want so badly. ",
    ],
    end: `“Only that you stay where you are”, ${they} said, “and I will come and see you.” That is why, once a year, a knight takes tea with a wood. 🌳`,
  }),
];

/** For any other prompt: what is said is true, but it is not about the prompt. */
export function answerTo(prompt: string, r: Random): Pages {
  const topic = topicOf(prompt);
  const asked = topic === "" ? "Nothing in particular was asked" : `You asked: “${topic}”`;
  const sections = [...SECTIONS].sort(() => r.next() - 0.5).slice(0, 2);
  return {
    opening: [
      `${asked}. `,
      r.pick([
        "The Pollux simulator knows nothing of that. What it does know is how an answer travels, so here is that instead.\n\n",
        "No model was woken for this; the Pollux simulator answers, and it only has one subject: the stream you are reading.\n\n",
        "This is the Pollux simulator. It cannot help with the question, but it can tell you what is going on right now.\n\n",
      ]),
    ],
    middle: sections.map((section) => section(r)),
    ending: [
      r.pick([
        "That is all the news for now. 🧭 おしまい。",
        "Ask something else, or ask again: the words will be the same. 👩🏽‍🚀 完。",
        "And that is how far the thread goes. 🧵 끝.",
      ]),
    ],
  };
}

const SECTIONS: readonly ((r: Random) => string)[] = [
  (r) =>
    `### Chunks\n\nAn answer comes in pieces that grow: the first holds a word or two, a later one ${r.int(20, 40)} or more. Each is one line of JSON, and each repeats the bill so far:\n\n\`\`\`json\n{ "candidatesTokenCount": ${r.int(40, 900)}, "totalTokenCount": ${r.int(901, 2_000)} }\n\`\`\`\n\nThe last figure counts; adding them up would charge you many times over.\n\n`,
  (r) =>
    `### Endings\n\n| the last chunk says | and that means |\n|---|---|\n| STOP | the answer is whole |\n| MAX_TOKENS | your own limit was reached |\n| SAFETY | the rest was withheld |\n| nothing at all | the stream was torn |\n\nThe last row is the treacherous one: to many a reader it looks like ${r.pick(["success", "a happy end", "the end of the story"])}.\n\n`,
  (r) =>
    `### What can go wrong on the way\n\n- a proxy holds everything back and then hands it over ${r.pick(["in one lump", "all at once", "in a single packet"])}\n- the connection breaks in the middle of a letter, which is why “é” and “語” are good tests\n- silence: still connected, nothing said, for ${r.int(2, 9)} minutes\n- an error that arrives after half of the answer, dressed as part of it\n\n`,
  (r) =>
    `### Going on after a break\n\n1. Keep what was read; it was true when it came.\n2. Wait a little, and not exactly as long as everyone else.\n3. Ask to go on from the last ${r.int(30, 60)} characters, and insist on hearing them again.\n4. Join the two, and leave a mark where the seam is.\n\nWhoever skips the third step will sooner or later print a sentence twice.\n\n`,
  (r) =>
    `### Characters that are more than one\n\nThis family 👨‍👩‍👧‍👦 is a single character to you, seven to Unicode, and twenty-five bytes to the socket. A cut may fall between any two of them. The same goes for 🏳️‍🌈, and for each letter of ${r.pick(["静かな川", "山的那边", "오래된 편지"])}.\n\n`,
];

const TOPIC_CHARS_MAX = 48;

/** The beginning of the prompt as plain words. */
function topicOf(prompt: string): string {
  const plain = prompt
    .replace(/[^\p{L}\p{N} ,.'’-]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (plain.length <= TOPIC_CHARS_MAX) return plain.replace(/(?<![.,])[.,]+$/, "");
  return `${plain
    .slice(0, TOPIC_CHARS_MAX)
    .replace(/\s+\S*$/, "")
    .replace(/(?<![.,])[.,]+$/, "")} …`;
}
