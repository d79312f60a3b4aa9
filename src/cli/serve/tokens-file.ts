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
    const { name, hash } = (token ?? {}) as Partial<ClientEntry>;
    if (typeof name !== "string" || typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash))
      throw new UsageError(
        `${path}: tokens[${i}] needs a name and a SHA-256 hash in hex`,
        EXIT.config,
      );
  }
  return tokens as ClientEntry[];
}

/** Written whole and then put in place, so that a reader never sees half of it. */
export function writeTokens(path: string, tokens: readonly ClientEntry[]): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify({ tokens }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}
