// A real pseudo-terminal with a terminal's own model of the screen behind it. It waits for what is
// seen, never for time.

import { join } from "node:path";
import pty from "@lydell/node-pty";
import xterm from "@xterm/headless";

const WAIT_MS_MAX = 15_000;
const root = join(import.meta.dirname, "../..");

export interface Terminal {
  write(text: string): void;
  resize(columns: number, rows: number): void;
  /** Resolves when the screen, scrollback included, holds what is looked for. */
  sees(wanted: RegExp | string): Promise<string>;
  /** All that was ever written, control sequences included. */
  bytes(): string;
  /** Scrollback and screen as lines. */
  lines(): string[];
  exited: Promise<number>;
  kill(signal?: string): void;
}

export function terminal(
  args: readonly string[],
  options: { columns?: number; rows?: number; env?: Record<string, string> } = {},
): Terminal {
  const { columns = 80, rows = 24, env = {} } = options;
  const { GEMINI_API_KEY: _, GOOGLE_API_KEY: __, CI: ___, NO_COLOR: ____, ...clean } = process.env;
  const child = pty.spawn(
    process.execPath,
    [
      "--conditions=pollux-source",
      "--disable-warning=ExperimentalWarning",
      join(root, "src/cli/main.ts"),
      ...args,
    ],
    {
      cols: columns,
      rows,
      cwd: root,
      name: "xterm-256color",
      env: { ...clean, TERM: "xterm-256color", ...env } as Record<string, string>,
    },
  );
  const model = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 5_000,
    allowProposedApi: true,
  });
  let all = "";
  const watchers = new Set<() => void>();
  child.onData((data) => {
    all += data;
    model.write(data, () => {
      for (const look of watchers) look();
    });
  });
  const exited = new Promise<number>((resolve) =>
    child.onExit(({ exitCode }) => resolve(exitCode)),
  );
  const lines = () => {
    const { active } = model.buffer;
    return Array.from(
      { length: active.length },
      (_, i) => active.getLine(i)?.translateToString(true) ?? "",
    );
  };
  return {
    write: (text) => child.write(text),
    resize: (c, r) => {
      child.resize(c, r);
      model.resize(c, r);
    },
    sees: (wanted) =>
      new Promise((resolve, reject) => {
        const give = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`never saw ${wanted}; the screen:\n${lines().join("\n")}`));
        }, WAIT_MS_MAX);
        const look = () => {
          const text = lines().join("\n");
          const seen = typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
          if (!seen) return;
          clearTimeout(give);
          watchers.delete(look);
          resolve(text);
        };
        watchers.add(look);
        look();
      }),
    bytes: () => all,
    lines,
    exited,
    kill: (signal) => child.kill(signal),
  };
}
