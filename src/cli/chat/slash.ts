// The slash commands of the chat: a table of names, and what each does to the conversation. What
// they cannot do themselves they ask of the chat.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { redact } from "../../core/failures.ts";
import { nearest } from "../input/args.ts";
import { count, seconds } from "../output/tell.ts";
import { waterfall } from "../output/waterfall.ts";
import { asMarkdown, type Session, type SessionStore, type Turn } from "./session.ts";

export interface Desk {
  session: Session;
  store: SessionStore;
  cwd: string;
  config: Record<string, unknown>;
  raw: boolean;
  models(): Promise<string[]>;
  /** Ask now; `going on` adds to the last answer, `replaced` comes back if there is none. */
  ask(question: string, how?: "anew" | "going on", replaced?: Turn): void;
  /** Put text into the line. */
  draft(text: string): void;
  clearScreen(): void;
  /** Colour on or off. */
  paint(on: boolean): void;
  /** Examine the path to the model. */
  doctor(): Promise<string>;
  quit(): void;
}

interface Slash {
  name: string;
  usage: string;
  does: string;
  run(desk: Desk, rest: string): string | Promise<string>;
}

const SETTINGS = {
  temperature: "temperature",
  "max-output-tokens": "maxOutputTokens",
  seed: "seed",
} as const;

export const SLASHES: readonly Slash[] = [
  { name: "help", usage: "", does: "this list", run: () => help() },
  { name: "model", usage: "[NAME]", does: "show or change the model", run: model },
  {
    name: "system",
    usage: "[TEXT | none]",
    does: "show or set the system instruction",
    run: system,
  },
  { name: "set", usage: "[NAME VALUE]", does: "temperature, max-output-tokens, seed", run: set },
  { name: "retry", usage: "[--model NAME]", does: "ask the last question again", run: retry },
  { name: "continue", usage: "", does: "go on with the last answer", run: goOn },
  { name: "edit", usage: "", does: "take the last question back into the line", run: edit },
  { name: "undo", usage: "", does: "forget the last turn", run: undo },
  { name: "new", usage: "[NAME]", does: "start a new conversation", run: fresh },
  {
    name: "clear",
    usage: "",
    does: "clear the screen, keep the conversation",
    run: (desk) => {
      desk.clearScreen();
      return "";
    },
  },
  { name: "save", usage: "[FILE.md | FILE.json]", does: "save the conversation", run: save },
  { name: "load", usage: "NAME", does: "load a saved conversation", run: load },
  { name: "sessions", usage: "", does: "list saved conversations", run: sessions },
  { name: "copy", usage: "[N]", does: "copy the last, or the n-th last, answer", run: copy },
  { name: "stats", usage: "", does: "tokens and times of this conversation", run: stats },
  {
    name: "info",
    usage: "[N]",
    does: "what happened in the last, or n-th last, answer",
    run: info,
  },
  {
    name: "doctor",
    usage: "",
    does: "examine the path to the model, and name what is broken",
    run: (desk) => desk.doctor(),
  },
  { name: "theme", usage: "colour | plain", does: "paint with colour, or without", run: theme },
  {
    name: "raw",
    usage: "",
    does: "markdown as it is, or painted",
    run: (desk) => {
      desk.raw = !desk.raw;
      return desk.raw ? "Showing markdown as it is." : "Painting markdown.";
    },
  },
  {
    name: "quit",
    usage: "",
    does: "leave (Ctrl-D does too)",
    run: (desk) => {
      desk.quit();
      return "";
    },
  },
];

export async function runSlash(line: string, desk: Desk): Promise<string> {
  const [, name = "", rest = ""] = /^\/(\S*)\s*([\s\S]*)$/.exec(line) ?? [];
  const found = SLASHES.find(
    (one) => one.name === name || (name === "exit" && one.name === "quit"),
  );
  if (found) return found.run(desk, rest.trim());
  const near = nearest(
    name,
    SLASHES.map((one) => one.name),
  );
  return `There is no /${name}${near ? `; did you mean /${near}?` : ""} A line that begins with // is sent with one slash.`;
}

function help(): string {
  const rows = SLASHES.map(
    ({ name, usage, does }) => `  ${`/${name} ${usage}`.padEnd(30)} ${does}`,
  );
  return `${rows.join("\n")}\n  Ctrl-J or \\ at the end: new line · Ctrl-C or Esc: stop the answer · Ctrl-R: search history\n  Ctrl-G: write in your editor · Ctrl-O: unfold a paste · Ctrl-L: clear the screen`;
}

async function model(desk: Desk, name: string): Promise<string> {
  if (name === "") return `The model is ${desk.session.model}.`;
  const known = await desk.models().catch((): string[] => []);
  if (known.length > 0 && !known.includes(name)) {
    const near = nearest(name, known);
    return `No model "${name}" here${near ? `; did you mean ${near}?` : `. There are: ${known.slice(0, 12).join(", ")}.`}`;
  }
  desk.session.model = name;
  return `From now on ${name} answers.`;
}

function system(desk: Desk, text: string): string {
  if (text === "")
    return desk.session.system
      ? `System instruction: ${desk.session.system}`
      : "There is no system instruction.";
  desk.session.system = text === "none" ? "" : text;
  return text === "none" ? "The system instruction is gone." : "The system instruction is set.";
}

function set(desk: Desk, text: string): string {
  const [name = "", value = ""] = text.split(/\s+/);
  const known = Object.keys(SETTINGS);
  if (name === "")
    return known
      .map(
        (one) =>
          `${one}: ${String(desk.config[SETTINGS[one as keyof typeof SETTINGS]] ?? "default")}`,
      )
      .join(" · ");
  const field = SETTINGS[name as keyof typeof SETTINGS];
  if (!field) return `There is no setting "${name}"; there are ${known.join(", ")}.`;
  if (value === "" || value === "default") {
    delete desk.config[field];
    return `${name} is back to the default.`;
  }
  if (!Number.isFinite(Number(value))) return `${name}: expected a number, got "${value}".`;
  desk.config[field] = Number(value);
  return `${name} is ${value}.`;
}

function retry(desk: Desk, rest: string): string {
  const other = /--model\s+(\S+)/.exec(rest)?.[1];
  const last = desk.session.turns.at(-1);
  if (!last) return "There is nothing to ask again.";
  if (other) desk.session.model = other;
  desk.session.turns.pop();
  desk.ask(last.question, "anew", last);
  return "";
}

function goOn(desk: Desk): string {
  if (!desk.session.turns.at(-1)?.text) return "There is no answer to go on with.";
  desk.ask("Go on exactly where your last message ended, without repeating anything.", "going on");
  return "";
}

function edit(desk: Desk): string {
  const last = desk.session.turns.pop();
  if (!last) return "There is no question to edit.";
  desk.draft(last.question);
  return "The last turn is taken back; change the question and send it.";
}

function undo(desk: Desk): string {
  const last = desk.session.turns.pop();
  return last ? `Forgotten: ${last.question.slice(0, 60)}` : "There is nothing to undo.";
}

function theme(desk: Desk, name: string): string {
  if (name !== "colour" && name !== "color" && name !== "plain") return "There are: colour, plain.";
  desk.paint(name !== "plain");
  return name === "plain" ? "From now on without colour." : "From now on with colour.";
}

function fresh(desk: Desk, name: string): string {
  if (desk.session.turns.length > 0) desk.store.save(desk.session);
  desk.session.turns = [];
  desk.session.name = name || `chat-${new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-")}`;
  return `A new conversation: ${desk.session.name}.`;
}

function save(desk: Desk, file: string): string {
  if (file === "") return `Saved: ${desk.store.save(desk.session)}`;
  const kind = extname(file);
  if (kind !== ".md" && kind !== ".json")
    return `${file}: expected a name that ends in .md or .json.`;
  const text =
    kind === ".md" ? asMarkdown(desk.session) : `${JSON.stringify(desk.session, null, 2)}\n`;
  try {
    writeFileSync(resolve(desk.cwd, file), redact(text), { mode: 0o600 });
    return `Saved: ${file}`;
  } catch (error) {
    return `Cannot write ${file}: ${(error as NodeJS.ErrnoException).code}.`;
  }
}

function load(desk: Desk, name: string): string {
  const found = name ? desk.store.load(name) : undefined;
  if (!found)
    return name
      ? `There is no conversation "${name}"; /sessions lists them.`
      : "Name a conversation; /sessions lists them.";
  Object.assign(desk.session, found);
  return `Loaded ${found.name}: ${found.turns.length} turns. The last question was: ${found.turns.at(-1)?.question.slice(0, 60) ?? "none"}`;
}

function sessions(desk: Desk): string {
  const all = desk.store.list().slice(0, 20);
  if (all.length === 0) return "No conversation is saved yet.";
  return all
    .map(({ name, at }) => `  ${at.toISOString().slice(0, 16).replace("T", " ")}  ${name}`)
    .join("\n");
}

function turnAt(desk: Desk, n: string) {
  return desk.session.turns.at(-(Number(n) || 1));
}

const CLIPBOARDS: readonly [string, string[]][] = [
  ["pbcopy", []],
  ["wl-copy", []],
  ["xclip", ["-selection", "clipboard"]],
  ["clip.exe", []],
];

function copy(desk: Desk, n: string): string {
  const turn = turnAt(desk, n);
  if (!turn?.text) return "There is no such answer.";
  for (const [command, args] of CLIPBOARDS) {
    if (
      spawnSync(command, args, { input: turn.text, stdio: ["pipe", "ignore", "ignore"] }).status ===
      0
    )
      return `Copied ${count(turn.text.length)} characters.`;
  }
  return "There is no clipboard here (pbcopy, wl-copy, xclip); /save FILE.md writes a file.";
}

function stats(desk: Desk): string {
  const seen = desk.session.turns.flatMap(({ answer }) => (answer ? [answer] : []));
  const sum = (pick: (usage: { prompt: number; output: number }) => number) =>
    seen.reduce((all, one) => all + (one.usage ? pick(one.usage) : 0), 0);
  const first = seen.map((one) => one.timing.ttftMs ?? 0).sort((a, b) => a - b);
  return `${seen.length} answers · ${count(sum((u) => u.prompt))} in / ${count(sum((u) => u.output))} out · first token ${seconds(first[first.length >> 1])} (median) · ${seen.reduce((all, one) => all + one.splices.length, 0)} recoveries`;
}

function info(desk: Desk, n: string): string {
  const turn = turnAt(desk, n);
  return turn?.answer
    ? waterfall(turn.answer, turn.text.length, turn.outcome)
    : "There is no such answer.";
}
