// START HERE. The chat page: a conversation that is kept on the gateway, a composer that is never
// locked, and one running answer that survives whatever becomes of the connection.

import { copyText } from "../shared/copy.ts";
import { at, el } from "../shared/element.ts";
import { signedIn } from "../shared/house.ts";
import { applyTheme, turnTheme } from "../shared/theme.ts";
import { Answering, asking } from "./answering.ts";
import { Chats } from "./chats.ts";
import { Composer, type Written } from "./composer.ts";
import { asMarkdown, type Message, newId, textOf, wayOf } from "./doc.ts";
import { Kept } from "./keep.ts";
import { listenKeys } from "./keys.ts";
import { showPlug } from "./plug.ts";
import { Say } from "./say.ts";
import { Scroll } from "./scroll.ts";
import { openSettings, openShortcuts } from "./settings.ts";
import { Strip } from "./strip.ts";
import { Transcript } from "./transcript.ts";
import { modelNames } from "./wire.ts";

const EXAMPLES = [
  "Write 2,000 words about rivers, then I will pull the plug",
  "Explain backpressure in Node streams, with an example",
  "Tell a story about a brave knight in 60 words",
];
const PREFERRED = "gemini-3.6-flash";

const model = at<HTMLSelectElement>("model");
const menu = at<HTMLDetailsElement>("save");
const say = new Say();
const scroll = new Scroll(at("newest"), at("turns"));
const composer = new Composer({ send, stop: () => answering.stop(), editLast, trouble });
const chats = new Chats({
  open: (id) => void open(id),
  dropped: (id) => {
    if (id === kept.id) fresh();
  },
  trouble,
});
const transcript = new Transcript({
  answer: (message) => ({
    retry: () => answer(message.parent),
    goOn: () => answer(message.parent, message),
    edit: () => transcript.questionOf(message.parent)?.edit(),
    otherModel: () => model.focus(),
  }),
  resend: (message, text) => answer({ ...message, id: newId(), text, at: Date.now() }),
  choose: (how) => void kept.change(how),
});
const answering = new Answering({
  transcript,
  composer,
  say,
  trouble,
  strip: new Strip(),
  kept: () => chats.isOpen && void chats.refresh(),
});
let kept = new Kept(newId(), PREFERRED);

/** What went wrong beside the answers. */
function trouble(message: string): void {
  say.wrong(message);
  const place = at("trouble");
  const dismiss = () => {
    place.hidden = true;
  };
  place.hidden = false;
  place.replaceChildren(
    message,
    el("button", { type: "button", class: "quiet", onclick: dismiss }, "Dismiss"),
  );
}

function send({ text, pictures }: Written): void {
  const parent = wayOf(kept.doc).at(-1)?.id ?? "";
  const question: Message = { id: newId(), parent, role: "user", at: Date.now(), text };
  if (pictures.length > 0) question.pictures = pictures;
  answer(question);
}

/** A new answer to a question, or more of one that was not whole. */
function answer(question: Message | string, goesOn?: Message): void {
  if (answering.isRunning) answering.stop();
  if (chatIn(location.href) !== kept.id) history.replaceState(null, "", `?chat=${kept.id}`);
  answering.start(kept, model.value, question, goesOn);
  at("turns").classList.add("fresh");
  chats.current = kept.id;
  scroll.toEnd();
}

function editLast(): void {
  const last = wayOf(kept.doc).findLast(({ role }) => role === "user");
  if (last) transcript.questionOf(last.id)?.edit();
}

function fresh(): void {
  show(new Kept(newId(), model.value));
  history.pushState(null, "", "/");
  composer.focus();
}

function show(next: Kept): void {
  answering.leave();
  kept.close();
  kept = next;
  chats.current = next.id;
  at("turns").classList.remove("fresh");
  transcript.clear();
  kept.onTrouble = trouble;
  kept.onChange = (isElsewhere) => changed(next, isElsewhere);
  composer.open(next.id);
  changed(next, false);
}

function changed(here: Kept, isElsewhere: boolean): void {
  if (here !== kept) return;
  transcript.show(here.doc);
  document.title = here.doc.title ? `${here.doc.title} – Pollux` : "Pollux";
  answering.attach(here, isElsewhere);
}

async function open(id: string, isNew = true): Promise<void> {
  const next = new Kept(id, model.value);
  if (!(await next.read())) {
    // It may have been asked for under this address and not be kept yet.
    if (isNew) trouble("This conversation is not kept any more.");
    next.close();
    return;
  }
  show(next);
  if ([...model.options].some(({ value }) => value === next.doc.model))
    model.value = next.doc.model;
  if (isNew) history.pushState(null, "", `?chat=${id}`);
  if (chats.isOpen) void chats.refresh();
  scroll.toEnd();
}

function chatIn(address: string): string | null {
  return new URL(address).searchParams.get("chat");
}

function save(format: "md" | "json"): void {
  const { doc } = kept;
  const text = format === "md" ? asMarkdown(doc) : JSON.stringify(doc, null, 2);
  const type = format === "md" ? "text/markdown" : "application/json";
  const name = (doc.title || "conversation").replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60);
  const href = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href, download: `${name}.${format}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
  menu.open = false;
}

async function compare(): Promise<void> {
  const { openCompare } = await import("./compare.ts");
  const last = wayOf(kept.doc).findLast(({ role }) => role === "user");
  openCompare(last ? textOf(last) : "", (prompt) =>
    asking(kept.doc, model.value, [{ role: "user", parts: [{ text: prompt }] }]),
  );
}

function settings(): void {
  openSettings(kept.doc, ({ system, temperature }) => {
    if (system === kept.doc.system && temperature === kept.doc.temperature) return;
    void kept.change(({ temperature: _, ...doc }) => ({
      ...doc,
      system,
      ...(temperature !== undefined && { temperature }),
    }));
  });
}

function listen(): void {
  at("new").addEventListener("click", fresh);
  at("theme").addEventListener("click", turnTheme);
  at("compare").addEventListener("click", () => void compare());
  at("settings").addEventListener("click", settings);
  at("save-md").addEventListener("click", () => save("md"));
  at("save-json").addEventListener("click", () => save("json"));
  addEventListener("click", ({ target }) => {
    if (target instanceof Node && !menu.contains(target)) menu.open = false;
  });
  addEventListener("popstate", () => {
    const id = chatIn(location.href);
    if (id) void open(id, false);
    else show(new Kept(newId(), model.value));
  });
  listenKeys({
    newChat: fresh,
    copyAnswer: () => {
      const last = wayOf(kept.doc).findLast(({ role }) => role === "model");
      if (last) void copyText(textOf(last)).then(() => say.said("Copied"));
    },
    copyCode: () => [...document.querySelectorAll<HTMLElement>(".copy-code")].at(-1)?.click(),
    shortcuts: openShortcuts,
    toEnd: () => scroll.toEnd(),
    step: (by) => transcript.step(by),
    escape: () => {
      if (menu.open) menu.open = false;
      else if (answering.isRunning) answering.stop();
      else if (chats.isOpen) chats.toggle(false);
    },
  });
}

async function start(): Promise<void> {
  applyTheme();
  listen();
  const me = await signedIn(false);
  at("upstream").textContent = me.sim ? "the simulator answers" : me.upstream;
  for (const name of await modelNames())
    model.append(new Option(name, name, false, name === PREFERRED));
  for (const text of EXAMPLES) {
    const use = () => composer.write(text);
    at("examples").append(el("button", { type: "button", onclick: use }, text));
  }
  if (me.faults) showPlug(() => answering.streamId, trouble);
  const id = chatIn(location.href);
  show(new Kept(newId(), model.value));
  if (id) await open(id, false);
  if (matchMedia("(width >= 75rem)").matches) chats.toggle(true);
}

start().catch((error) => {
  trouble(`The gateway cannot be reached: ${error instanceof Error ? error.message : error}`);
});
