// Client tokens on disk: only their hashes, in a file that nobody else may read.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ClientEntry } from "../../gateway/index.ts";
import { EXIT, UsageError } from "../exit.ts";

export function readTokens(path: string): ClientEntry[] {
  if (!existsSync(path)) return [];
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message.split("\n")[0]}`, EXIT.config);
  }
  const { tokens } = (value ?? {}) as { tokens?: unknown };
  if (!Array.isArray(tokens))
    throw new UsageError(
      `${path}: expected { "tokens": [...] }; make it with pollux token new`,
      EXIT.config,
    );
  for (const [i, token] of tokens.entries()) {
    const problem = problemOf((token ?? {}) as Record<string, unknown>);
    if (problem) throw new UsageError(`${path}: tokens[${i}] ${problem}`, EXIT.config);
  }
  return tokens as ClientEntry[];
}

const LIMITS = ["requestsPerMinute", "tokensPerMinute", "streams"] as const;

/** What is written by hand must not open a door because it was misread. */
function problemOf(token: Record<string, unknown>): string | undefined {
  const { name, hash, operator, expires, models } = token;
  if (typeof name !== "string" || typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash))
    return "needs a name and a SHA-256 hash in hex";
  if (operator !== undefined && typeof operator !== "boolean")
    return "operator: expected true or false";
  if (expires !== undefined && (typeof expires !== "string" || Number.isNaN(Date.parse(expires))))
    return "expires: expected a date such as 2027-01-31";
  const isList = Array.isArray(models) && models.every((one) => typeof one === "string");
  if (models !== undefined && !isList) return "models: expected a list of names";
  const odd = LIMITS.find((key) => token[key] !== undefined && !isCount(token[key]));
  return odd && `${odd}: expected a whole number of at least 1`;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** Written whole and then put in place, so that a reader never sees half of it. */
export function writeTokens(path: string, tokens: readonly ClientEntry[]): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify({ tokens }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}
