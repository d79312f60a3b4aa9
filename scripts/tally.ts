// Reads the events of Node's test runner and keeps the count. A file that dies, ends before its
// tests do, or has none is a failure: the runner alone would call some of those a pass.
import { relative } from "node:path";
import { inspect } from "node:util";
import { ROOT } from "./checks.ts";

const OUTPUT_CHARS_MAX = 32_000;
/** What a test says of another suite that it ran. */
const SUITE_COUNT = / tests passed$/;
const SLOW_SHOWN = 5;
const SLOW_MS = 300;

/** What is used of the runner's events; their types differ by kind. */
export interface RunnerEvent {
  type: string;
  data: {
    name?: string;
    nesting?: number;
    file?: string;
    message?: string;
    skip?: unknown;
    todo?: unknown;
    details?: {
      duration_ms: number;
      type?: string;
      error?: { failureType?: string; cause?: unknown; exitCode?: number; signal?: string };
    };
  };
}

export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;
  /** Tests that reached their limit of time. */
  hung = 0;
  readonly #say: (text: string) => void;
  readonly #printed = new Map<string, string>();
  readonly #begun = new Set<string>();
  readonly #whole = new Set<string>();
  readonly #slow: { name: string; ms: number }[] = [];

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  count(ok: boolean): void {
    if (ok) this.passed += 1;
    else this.failed += 1;
  }

  read({ type, data }: RunnerEvent): void {
    const file = data.file ?? "";
    if (type === "test:stdout" || type === "test:stderr") {
      const printed = (this.#printed.get(file) ?? "") + (data.message ?? "");
      this.#printed.set(file, printed.slice(-OUTPUT_CHARS_MAX));
    } else if (type === "test:diagnostic" && SUITE_COUNT.test(data.message ?? "")) {
      this.#say(`  ${data.message}`);
    } else if (type === "test:dequeue" && file) {
      this.#begun.add(file);
    } else if (type === "test:summary" && file) {
      this.#whole.add(file);
    } else if (type === "test:pass" || type === "test:fail") {
      this.#readEnd(type === "test:pass", file, data);
    }
  }

  /** The last line of every run. A run without a test proves nothing, so it fails. */
  line(): string {
    if (this.passed + this.failed === 0) this.failed = 1;
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : "";
    return `${this.passed} passed, ${this.failed} failed${skipped}`;
  }

  /** Files that were begun and have not said that they are through. */
  unfinished(): string[] {
    const open = [...this.#begun].filter((file) => !this.#whole.has(file));
    return open.map((file) => relative(ROOT, file));
  }

  slowest(): string[] {
    const slow = this.#slow.filter(({ ms }) => ms >= SLOW_MS).sort((a, b) => b.ms - a.ms);
    return slow
      .slice(0, SLOW_SHOWN)
      .map(({ name, ms }) => `  slow: ${(ms / 1000).toFixed(1)} s  ${name}`);
  }

  #readEnd(
    ok: boolean,
    file: string,
    { name = "", nesting, skip, todo, details }: RunnerEvent["data"],
  ) {
    const where = relative(ROOT, file);
    if (name === file && nesting === 0) return this.#readFileEnd(ok, file, details?.error);
    if (details?.type === "suite" || details?.error?.failureType === "subtestsFailed") return;
    if (skip !== undefined || todo !== undefined) {
      this.skipped += 1;
      return;
    }
    if (details?.error?.failureType === "testTimeoutFailure") this.hung += 1;
    this.count(ok);
    this.#slow.push({ name: `${name} (${where})`, ms: details?.duration_ms ?? 0 });
    if (!ok) this.#say(`\n✖ ${name} (${where})\n${describeError(details?.error?.cause)}`);
    if (!ok) this.#sayPrinted(file);
  }

  /** The runner tells of a file itself only when something is wrong with it, or it had no tests. */
  #readFileEnd(ok: boolean, file: string, error?: { exitCode?: number; signal?: string }) {
    if (ok && this.#whole.has(file)) return;
    this.failed += 1;
    const why = ok
      ? "has no tests, or ended before they did"
      : `ended with ${error?.signal ?? `exit code ${error?.exitCode}`}`;
    this.#say(`\n✖ ${relative(ROOT, file)} ${why}`);
    this.#sayPrinted(file);
  }

  #sayPrinted(file: string) {
    const printed = this.#printed.get(file)?.trimEnd();
    if (printed) this.#say(`  printed by the file:\n${printed.replace(/^/gm, "  │ ")}`);
    this.#printed.delete(file);
  }
}

function describeError(cause: unknown): string {
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  const under = cause instanceof Error && cause.cause ? `\ncause: ${inspect(cause.cause)}` : "";
  return `${text}${under}`
    .split("\n")
    .filter((line) => !/^\s+at .*\(?node:/.test(line))
    .join("\n")
    .replace(/^/gm, "  ");
}
