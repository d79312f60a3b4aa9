// START HERE. The chat page: a list of turns, a composer that is never locked, and one answer at a time.
// Text is only ever set as text; nothing a model says becomes markup.
import { isTerminal, type StreamEvent, type TerminalEvent } from "../../core/index.ts";
import {
  begin,
  breakIt,
  follow,
  type Me,
  modelNames,
  signIn,
  stop,
  type Turn,
  whoAmI,
} from "./gateway.ts";

const FAULTS = ["cut", "reset", "stall", "429", "503", "garble"];
const EXAMPLES = [
  "Write 2,000 words about rivers, then I will pull the plug",
  "Explain backpressure in Node streams",
  "Tell a story about a brave knight",
];
const KEPT = "pollux.chat";
const WAIT_MS = 1_000;

interface Kept {
  turns: Turn[];
  /** An answer that was under way when the page was left. */
  running?: string | undefined;
}

const at = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const prompt = at<HTMLTextAreaElement>("prompt");
const send = at<HTMLButtonElement>("send");
const model = at<HTMLSelectElement>("model");
const turns = at<HTMLOListElement>("turns");
const kept: Kept = read();
let running: string | undefined;

function read(): Kept {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "") as Kept;
  } catch {
    return { turns: [] };
  }
}

function keep(): void {
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
}

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function item(child: HTMLElement): HTMLElement {
  at("empty").hidden = true;
  const made = document.createElement("li");
  made.style.display = "grid";
  made.append(child);
  turns.append(made);
  return made;
}

/** One answer as it comes: its text, its seams, and one line about how it fares. */
class AnswerView {
  private readonly body = element("div", "answer caret");
  private readonly note = element("p", "note");
  private text = document.createTextNode("");
  private waiting: ReturnType<typeof setTimeout> | undefined;
  whole = "";

  constructor() {
    this.body.dir = "auto";
    this.body.setAttribute("aria-busy", "true");
    this.body.append(this.text);
    item(this.body).append(this.note);
    const startedAt = performance.now();
    const tick = () => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
      this.say(`Waiting for first token · ${seconds} s`, "");
      this.waiting = setTimeout(tick, WAIT_MS);
    };
    this.waiting = setTimeout(tick, WAIT_MS);
  }

  take(event: StreamEvent): void {
    if (event.type === "chunk") {
      for (const part of event.chunk.candidates?.[0]?.content?.parts ?? [])
        if (part.text && !part.thought) this.add(part.text);
    } else if (event.type === "splice") this.seam(event.kept, event.confidence === "exact");
    else if (event.type === "stall") this.say("No data for a while; it will be mended.", "wait");
    else if (event.type === "failure" && event.verdict !== "stop")
      this.say(`Recovering · ${event.failure.message}`, "wait");
    else if (isTerminal(event)) this.end(event);
  }

  fail(message: string): void {
    this.settle();
    this.say(message, "bad");
    at("alert").textContent = message;
  }

  private add(text: string): void {
    if (this.whole === "") this.say("", "");
    clearTimeout(this.waiting);
    this.whole += text;
    const isAtEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 4;
    this.text.appendData(text);
    this.say("", "");
    if (isAtEnd) window.scrollTo(0, document.body.scrollHeight);
  }

  private seam(count: number, exact: boolean): void {
    const words = exact
      ? `— reconnected here · ${count.toLocaleString("en")} characters kept —`
      : "— may repeat or skip a few words here —";
    this.text = document.createTextNode("");
    this.body.append(element("span", "seam", words), this.text);
  }

  private end(end: TerminalEvent): void {
    this.settle();
    const { ttftMs = 0, totalMs, usage, splices } = end;
    const mended = splices.length > 0 ? ` · mended ${splices.length}×` : "";
    const tokens = usage ? ` · ${usage.output} tok` : "";
    const figures = `${(ttftMs / 1000).toFixed(2)} s first token · ${(totalMs / 1000).toFixed(1)} s${tokens}${mended}`;
    if (end.type === "done") this.say(figures, "");
    else if (end.type === "stopped") this.say("You stopped this. The text is kept.", "");
    else {
      const { message = "", next = "" } = ("failure" in end && end.failure) || {};
      this.fail(`${message} Your text is kept. ${next}`);
    }
    at("status").textContent = end.type === "done" ? "Reply complete" : `Reply ${end.type}`;
  }

  private settle(): void {
    clearTimeout(this.waiting);
    this.body.classList.remove("caret");
    this.body.removeAttribute("aria-busy");
  }

  private say(text: string, kind: "" | "wait" | "bad"): void {
    this.note.textContent = text;
    this.note.className = `note ${kind}`;
  }
}

async function show(id: string): Promise<void> {
  const view = new AnswerView();
  running = id;
  kept.running = id;
  keep();
  refresh();
  try {
    for await (const event of follow(id, -1)) view.take(event);
  } catch (error) {
    view.fail(error instanceof Error ? error.message : String(error));
  }
  if (view.whole !== "") kept.turns.push({ role: "model", parts: [{ text: view.whole }] });
  kept.running = undefined;
  running = undefined;
  keep();
  refresh();
}

async function ask(text: string): Promise<void> {
  kept.turns.push({ role: "user", parts: [{ text }] });
  keep();
  item(element("div", "asked", text));
  prompt.value = "";
  at("status").textContent = "Waiting for reply";
  try {
    await show(await begin(model.value, kept.turns));
  } catch (error) {
    new AnswerView().fail(error instanceof Error ? error.message : String(error));
    refresh();
  }
}

function refresh(): void {
  send.textContent = running ? "Stop" : "Send";
  send.disabled = !running && prompt.value.trim() === "";
}

function submit(): void {
  if (running) void stop(running);
  else if (prompt.value.trim() !== "") void ask(prompt.value.trim());
}

function listen(): void {
  at("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  prompt.addEventListener("input", refresh);
  prompt.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && running) void stop(running);
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing || running) return;
    event.preventDefault();
    submit();
  });
}

async function open(): Promise<void> {
  let me: Me = await whoAmI();
  while (me.client === null) {
    const token = window.prompt("This gateway wants a client token (plx_…)");
    if (!token) return;
    me = await signIn(token).catch(() => me);
  }
  at("upstream").textContent = me.sim ? "the simulator answers" : me.upstream;
  for (const name of await modelNames())
    model.append(new Option(name, name, false, name === "gemini-3.6-flash"));
  for (const text of EXAMPLES) {
    const button = element("button", "", text);
    button.addEventListener("click", () => {
      prompt.value = text;
      refresh();
      prompt.focus();
    });
    at("examples").append(button);
  }
  if (me.faults) {
    at("plug").hidden = false;
    for (const fault of FAULTS) {
      const button = element("button", "", fault) as HTMLButtonElement;
      button.type = "button";
      button.addEventListener("click", () => running && void breakIt(running, fault));
      at("plug").append(button);
    }
  }
  for (const turn of kept.turns)
    item(element("div", turn.role === "user" ? "asked" : "answer", turn.parts[0]?.text));
  if (kept.running) await show(kept.running);
}

listen();
open().catch((error) => {
  at("alert").textContent = String(error);
  item(element("p", "note bad", `The gateway cannot be reached: ${error}`));
});
