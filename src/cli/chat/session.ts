// A conversation and its place on disk. Files are the owner's alone, and hold no key.
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { redact } from "../../core/failures.ts";
import type { Answer } from "../../core/index.ts";

export interface Turn {
  question: string;
  text: string;
  outcome: string;
  at: string;
  model: string;
  answer?: Pick<
    Answer,
    | "attempts"
    | "splices"
    | "usage"
    | "timing"
    | "failure"
    | "finishReason"
    | "notResumed"
    | "retried"
  >;
}

export interface Session {
  name: string;
  system: string;
  model: string;
  turns: Turn[];
}

const HISTORY_LINES_MAX = 1_000;

function dataFolder(env: Record<string, string | undefined>): string {
  const base =
    env.XDG_DATA_HOME ||
    (process.platform === "win32" ? env.APPDATA : undefined) ||
    join(homedir(), ".local", "share");
  return join(base, "pollux");
}

function writeOwn(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
}

export class SessionStore {
  private readonly folder: string;

  constructor(env: Record<string, string | undefined>) {
    this.folder = dataFolder(env);
  }

  save(session: Session): string {
    mkdirSync(join(this.folder, "sessions"), { recursive: true, mode: 0o700 });
    const file = this.file(session.name);
    writeOwn(file, `${redact(JSON.stringify(session, null, 1))}\n`);
    return file;
  }

  load(name: string): Session | undefined {
    try {
      const session = JSON.parse(readFileSync(this.file(name), "utf8")) as Session;
      return Array.isArray(session.turns) ? session : undefined;
    } catch {
      return undefined;
    }
  }

  /** Newest first. */
  list(): { name: string; at: Date }[] {
    try {
      const folder = join(this.folder, "sessions");
      return readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .map((file) => ({ name: file.slice(0, -5), at: statSync(join(folder, file)).mtime }))
        .sort((a, b) => b.at.getTime() - a.at.getTime());
    } catch {
      return [];
    }
  }

  history(): string[] {
    try {
      return readFileSync(join(this.folder, "history.jsonl"), "utf8")
        .split("\n")
        .filter(Boolean)
        .slice(-HISTORY_LINES_MAX)
        .map((line) => JSON.parse(line) as string);
    } catch {
      return [];
    }
  }

  saveHistory(lines: readonly string[]): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const text = lines.slice(-HISTORY_LINES_MAX).map((line) => `${redact(JSON.stringify(line))}\n`);
    writeOwn(join(this.folder, "history.jsonl"), text.join(""));
  }

  private file(name: string): string {
    return join(
      this.folder,
      "sessions",
      `${name
        .replace(/[^\w.-]+/g, "_")
        .replace(/^\.+/, "_")
        .slice(0, 80)}.json`,
    );
  }
}

export function asMarkdown(session: Session): string {
  const turns = session.turns.map(({ question, text, outcome, model }) => {
    const end = outcome === "done" ? "" : `\n\n*(${outcome})*`;
    return `## You\n\n${question}\n\n## ${model}\n\n${text}${end}\n`;
  });
  return `# ${session.name}\n\n${turns.join("\n")}`;
}
