// The loop of the chat. It owns the terminal while it runs, and gives it back on every way out.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { GeminiStream } from "../../core/index.ts";
import type { Io, Parsed } from "../commands/command.ts";
import { Editor, type Wish } from "../input/editor.ts";
import { KeyDecoder } from "../input/keys.ts";
import { type Place, placeOf } from "../input/upstream.ts";
import { type Paint, paintOf, wantsColor } from "../output/paint.ts";
import { Screen } from "../output/screen.ts";
import { widthOf } from "../output/width.ts";
import { type Session, SessionStore, type Turn } from "./session.ts";
import { type Desk, runSlash, SLASHES } from "./slash.ts";
import { turnsOf, View } from "./turn.ts";

const ESCAPE_MS = 40;
/** A key is answered at once; an answer may wait for the frame. */
const TYPING_MS = 8;
const EXIT_HINT_MS = 2_000;
const LIVE_MS = { ttftMs: 350, chunkDelayMs: 30 };

export class Chat {
  private readonly io: Io;
  private readonly place: Place;
  private paint: Paint;
  private readonly screen: Screen;
  private readonly store: SessionStore;
  private readonly session: Session;
  private readonly editor: Editor;
  private readonly keys = new KeyDecoder();
  private readonly desk: Desk;
  private readonly plain: boolean;
  private stream: GeminiStream | undefined;
  private view: View | undefined;
  private queued: string | undefined;
  private hint = "";
  private hintAt = 0;
  private exit = 0;
  private finish: () => void = () => {};
  private tick: ReturnType<typeof setInterval> | undefined;

  static async open(parsed: Parsed, io: Io): Promise<Chat> {
    return new Chat(parsed, io, await placeOf(parsed, io, LIVE_MS));
  }

  private constructor(parsed: Parsed, io: Io, place: Place) {
    const { values } = parsed;
    this.io = io;
    this.place = place;
    this.plain = values.plain === true || io.env.TERM === "dumb" || Boolean(io.env.CI);
    this.paint = paintOf(wantsColor(values["no-color"] ? "never" : "auto", io.stdout, io.env));
    this.screen = new Screen(io.stdout);
    this.store = new SessionStore(io.env);
    const name =
      (values.session as string | undefined) ??
      (values.continue ? this.store.list()[0]?.name : undefined);
    const now = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
    const begun = { name: name ?? `chat-${now}`, system: "", model: place.model, turns: [] };
    this.session = (name && this.store.load(name)) || begun;
    if (values.model) this.session.model = values.model as string;
    if (values.system) this.session.system = values.system as string;
    this.editor = new Editor(this.store.history());
    this.desk = this.makeDesk(parsed);
  }

  /** Resolves to the exit code. */
  async run(): Promise<number> {
    const { stdin, stdout } = this.io;
    stdin.setRawMode(true);
    stdin.setEncoding("utf8");
    stdin.resume();
    stdout.write("\x1b[?2004h");
    const onData = (text: string) => this.onData(text);
    const onResize = () => this.draw();
    const leave = (signal: NodeJS.Signals) => {
      this.exit = signal === "SIGTERM" ? 143 : 129;
      this.leave();
    };
    stdin.on("data", onData);
    stdout.on("resize", onResize);
    process.on("SIGTERM", leave).on("SIGHUP", leave).on("exit", restore);
    this.tick = setInterval(() => this.stream && this.draw(), 120);
    try {
      this.greet();
      this.draw();
      await new Promise<void>((resolve) => {
        this.finish = resolve;
      });
    } finally {
      clearInterval(this.tick);
      stdin.off("data", onData);
      stdout.off("resize", onResize);
      process.off("SIGTERM", leave).off("SIGHUP", leave).off("exit", restore);
      this.screen.end();
      stdin.setRawMode(false);
      stdin.pause();
      restore();
      this.store.saveHistory(this.editor.lines);
      if (this.session.turns.length > 0) this.store.save(this.session);
    }
    return this.exit;
  }

  private greet(): void {
    const { paint, place, session } = this;
    const where = place.simulated
      ? "the built-in simulator (set GEMINI_API_KEY for the real one)"
      : place.name;
    this.screen.commit(
      `${paint.bold("Pollux")} ${paint.dim(`${session.model} on ${where} · /help · Ctrl-D leaves`)}`,
    );
    if (session.turns.length > 0)
      this.screen.commit(paint.dim(`${session.name}: ${session.turns.length} turns so far`));
  }

  private onData(text: string): void {
    this.handle(this.keys.push(text));
    if (this.keys.waits) setTimeout(() => this.handle(this.keys.push("", true)), ESCAPE_MS);
  }

  private handle(keys: ReturnType<KeyDecoder["push"]>): void {
    for (const key of keys) {
      // While an answer streams, both ways to interrupt stop it and leave the draft alone.
      const stops = this.stream && (key.name === "ctrl-c" || key.name === "escape");
      const wish: Wish | undefined = stops ? { type: "interrupt" } : this.editor.key(key);
      if (wish) this.grant(wish, key.name);
    }
    this.draw();
  }

  private grant(wish: Wish, key: string): void {
    if (wish.type === "submit") this.submit(wish.text);
    else if (wish.type === "exit") {
      if (!this.stream) this.leave();
    } else if (wish.type === "interrupt") this.interrupt(key);
    else if (wish.type === "clear-screen") this.clearScreen();
    else if (wish.type === "edit") this.openEditor();
    else void this.complete();
  }

  private interrupt(key: string): void {
    if (this.stream) {
      this.stream.stop();
      // Whoever stops wants to look first: what waited goes back into the line.
      if (this.queued !== undefined && this.editor.text === "") this.editor.set(this.queued);
      else if (this.queued !== undefined) this.editor.remember(this.queued);
      this.queued = undefined;
      return;
    }
    if (key === "escape") return;
    const now = performance.now();
    if (this.hint !== "" && now - this.hintAt < EXIT_HINT_MS) this.leave();
    this.hint = "Ctrl-C again or Ctrl-D to exit";
    this.hintAt = now;
    setTimeout(() => {
      this.hint = "";
      this.draw();
    }, EXIT_HINT_MS).unref();
  }

  private submit(text: string): void {
    if (text.trim() === "") return;
    this.hint = "";
    if (this.stream) {
      this.queued = text;
      return;
    }
    const shown = text.split("\n").map((line, i) => (i === 0 ? `> ${line}` : `  ${line}`));
    this.screen.commit(`\n${this.paint.cyan(shown.join("\n"))}\n`);
    if (text.startsWith("/") && !text.startsWith("//")) {
      void runSlash(text, this.desk).then((said) => {
        if (said !== "") this.screen.commit(this.paint.dim(said));
        this.draw();
      });
    } else void this.ask(text.startsWith("//") ? text.slice(1) : text, "anew");
  }

  private async ask(question: string, how: "anew" | "going on", replaced?: Turn): Promise<void> {
    const { session, place } = this;
    const before = how === "going on" ? session.turns.at(-1) : undefined;
    const contents = [...turnsOf(session.turns), { role: "user", parts: [{ text: question }] }];
    const config = this.desk.config;
    const view = new View(this.paint, { raw: this.desk.raw, plain: this.plain }, (text) =>
      this.screen.commit(text),
    );
    this.view = view;
    try {
      this.stream = place.pollux.stream({
        model: session.model,
        contents,
        ...(session.system && { systemInstruction: { parts: [{ text: session.system }] } }),
        ...(Object.keys(config).length > 0 && { generationConfig: { ...config } }),
      });
      for await (const event of this.stream) {
        view.event(event);
        this.draw();
      }
      const answer = await this.stream.answer();
      view.finish(answer);
      const { attempts, splices, usage, timing, failure, finishReason, notResumed, retried } =
        answer;
      const kept = {
        attempts,
        splices,
        timing,
        retried,
        ...(usage && { usage }),
        ...(failure && { failure }),
        ...(finishReason && { finishReason }),
        ...(notResumed && { notResumed }),
      };
      if (before)
        Object.assign(before, {
          text: before.text + answer.text,
          outcome: answer.outcome,
          answer: kept,
        });
      else if (answer.text !== "" || answer.outcome === "done")
        session.turns.push({
          question,
          text: answer.text,
          outcome: answer.outcome,
          at: new Date().toISOString(),
          model: session.model,
          answer: kept,
        });
      else this.takeBack(question, replaced);
      if (session.turns.length > 0) this.store.save(session);
    } catch (error) {
      this.screen.commit(this.paint.red((error as Error).message));
      this.takeBack(question, replaced);
    }
    this.stream = undefined;
    this.view = undefined;
    const next = this.queued;
    this.queued = undefined;
    if (next !== undefined) this.submit(next);
    this.draw();
  }

  /** Nothing came: the answer that was to be replaced stays, or the question is not lost. */
  private takeBack(question: string, replaced: Turn | undefined): void {
    if (!replaced) {
      if (this.editor.text === "") this.editor.set(question);
      return;
    }
    this.session.turns.push(replaced);
    this.session.model = replaced.model;
  }

  private draw(): void {
    const { screen, editor, paint } = this;
    const lines: string[] = [];
    if (this.view) {
      const rows = Math.min(12, screen.rows - 4);
      lines.push(...this.view.lines(screen.columns, rows));
    } else lines.push("");
    if (this.queued !== undefined) lines.push(paint.dim(`queued: ${this.queued.split("\n")[0]}`));
    if (this.hint) lines.push(paint.dim(this.hint));
    const prompt = editor.searching === undefined ? "> " : `search "${editor.searching}": `;
    const text = editor.text.split("\n");
    const before = editor.text.slice(0, editor.cursor).split("\n");
    const at = before.length - 1;
    // A message taller than the window shows the part around the cursor.
    const room = Math.max(3, screen.rows - lines.length - 1);
    const from = Math.max(0, Math.min(at - room + 1, text.length - room));
    const row = lines.length + at - from;
    const column = (at === 0 ? prompt.length : 2) + widthOf(before.at(-1) ?? "");
    const shown = text.map((line, n) => (n === 0 ? paint.cyan(prompt) : "  ") + line);
    lines.push(...shown.slice(from, from + room));
    screen.live(lines, { row, column }, this.view ? undefined : TYPING_MS);
  }

  private clearScreen(): void {
    // Scrolls the old text away instead of erasing it.
    this.screen.commit("\n".repeat(Math.max(0, this.screen.rows - 2)));
  }

  private leave(): void {
    this.stream?.stop();
    this.finish();
  }

  private openEditor(): void {
    const command = this.io.env.VISUAL || this.io.env.EDITOR || "vi";
    const folder = mkdtempSync(join(tmpdir(), "pollux-"));
    const file = join(folder, "message.md");
    writeFileSync(file, this.editor.whole(), { mode: 0o600 });
    this.screen.end();
    this.io.stdin.setRawMode(false);
    const done = spawnSync(`${command} "${file}"`, { stdio: "inherit", shell: true });
    this.io.stdin.setRawMode(true);
    if (done.status === 0) this.editor.set(readFileSync(file, "utf8").trimEnd());
    rmSync(folder, { recursive: true, force: true });
  }

  private async complete(): Promise<void> {
    const { text } = this.editor;
    const [, head = "", word = ""] = /^([\s\S]*?)(\S*)$/.exec(text) ?? [];
    let known: string[] = [];
    if (head === "" && word.startsWith("/")) known = SLASHES.map(({ name }) => `/${name}`);
    else if (/^\/(model|retry .*--model)\s/.test(text))
      known = await this.desk.models().catch((): string[] => []);
    else if (/^\/(save|load)\s/.test(text))
      known = text.startsWith("/load")
        ? this.store.list().map(({ name }) => name)
        : paths(word, this.io.cwd);
    const fits = known.filter((one) => one.startsWith(word));
    if (fits.length === 0) return;
    const shared = fits.reduce((a, b) => {
      let n = 0;
      while (n < a.length && a[n] === b[n]) n += 1;
      return a.slice(0, n);
    });
    if (shared.length > word.length)
      this.editor.set(head + shared + (fits.length === 1 ? " " : ""));
    else if (fits.length > 1) this.screen.commit(this.paint.dim(fits.slice(0, 40).join("  ")));
    this.draw();
  }

  private makeDesk(parsed: Parsed): Desk {
    return {
      session: this.session,
      store: this.store,
      cwd: this.io.cwd,
      config: {},
      raw: parsed.values.raw === true,
      models: async () =>
        (await this.place.pollux.models()).map(({ name }) => name.replace(/^models\//, "")),
      ask: (question, how = "anew", replaced) => void this.ask(question, how, replaced),
      draft: (text) => this.editor.set(text),
      clearScreen: () => this.clearScreen(),
      paint: (on) => {
        this.paint = paintOf(on);
      },
      doctor: async () => {
        const { doctorHere } = await import("../doctor/here.ts");
        return doctorHere(parsed, this.io, this.place.simulated);
      },
      quit: () => this.leave(),
    };
  }
}

function paths(word: string, cwd: string): string[] {
  const folder = word.endsWith("/") ? word : `${dirname(word || "./x")}/`;
  try {
    return readdirSync(resolve(cwd, folder), { withFileTypes: true }).map(
      (one) =>
        `${folder === "./" && !word.startsWith("./") ? "" : folder}${one.name}${one.isDirectory() ? "/" : ""}`,
    );
  } catch {
    return [];
  }
}

/** Bracketed paste off, cursor on: whatever happened. */
function restore(): void {
  process.stdout.write("\x1b[?2004l\x1b[?25h");
}
