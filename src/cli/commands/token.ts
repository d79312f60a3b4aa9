// Client tokens of a gateway: made, listed, revoked. A token is shown once; only its hash is kept.
import { resolve } from "node:path";
import { type ClientEntry, hashToken, newToken } from "../../gateway/index.ts";
import { EXIT, UsageError } from "../exit.ts";
import { number } from "../input/args.ts";
import { environment } from "../input/upstream.ts";
import { readTokens, writeTokens } from "../serve/tokens-file.ts";
import type { Command, Io, Parsed } from "./command.ts";

const FILE = "tokens.json";

export const token: Command = {
  name: "token",
  summary: "Make, list and revoke the client tokens of a gateway.",
  usage: "pollux token new|ls|revoke [options]",
  options: {
    file: {
      type: "string",
      value: "FILE",
      help: `where hashes are kept (default ${FILE}) [POLLUX_TOKENS_FILE]`,
    },
    name: {
      type: "string",
      short: "n",
      value: "NAME",
      help: "whose token it is; shown in logs and metrics",
    },
    operator: { type: "boolean", help: "new: may see metrics, operations and every stream" },
    expires: { type: "string", value: "DATE", help: "new: refused from then on, e.g. 2027-01-31" },
    models: {
      type: "string",
      value: "LIST",
      help: "new: only these models, e.g. gemini-3*,gemini-2.5-pro",
    },
    "requests-per-minute": { type: "string", value: "N", help: "new: limit of its own" },
    "tokens-per-minute": { type: "string", value: "N", help: "new: limit of its own" },
    streams: { type: "string", value: "N", help: "new: streams at once" },
    json: { type: "boolean", help: "answer as JSON" },
  },
  more: `A running gateway reads the file again on SIGHUP.

Examples
  pollux token new --name web --file tokens.json
  pollux token new --name me --operator
  pollux token revoke --name web`,
  run,
};

async function run(parsed: Parsed, io: Io): Promise<number> {
  const [word, ...rest] = parsed.words;
  if (rest.length > 0) throw new UsageError(`unexpected "${rest[0]}" (see --help)`);
  const { values } = parsed;
  const file = resolve(
    io.cwd,
    (values.file as string | undefined) ?? environment(io).POLLUX_TOKENS_FILE ?? FILE,
  );
  const tokens = readTokens(file);
  if (word === "ls") return list(tokens, values.json === true, io);
  const name = values.name as string | undefined;
  if (word !== "new" && word !== "revoke")
    throw new UsageError(
      `expected new, ls or revoke, got ${word === undefined ? "nothing" : `"${word}"`} (see --help)`,
    );
  if (name === undefined || !/^[\w.@-]{1,64}$/.test(name))
    throw new UsageError("--name: give one, of letters, digits and .-_@");
  const others = tokens.filter((one) => one.name !== name);
  if (word === "revoke") {
    if (others.length === tokens.length)
      throw new UsageError(`--name: there is no token of ${name} in ${file}`);
    writeTokens(file, others);
    if (values.json) io.stdout.write(`${JSON.stringify({ name, revoked: true })}\n`);
    else io.stdout.write(`revoked; a running gateway forgets it on SIGHUP\n`);
    return EXIT.ok;
  }
  if (others.length !== tokens.length)
    throw new UsageError(
      `--name: ${name} has a token already; revoke it first, or choose another name`,
    );
  const made = newToken();
  writeTokens(file, [...tokens, { name, hash: await hashToken(made), ...moreOf(parsed) }]);
  if (values.json) io.stdout.write(`${JSON.stringify({ name, token: made, file })}\n`);
  else {
    io.stdout.write(`${made}\n`);
    io.stderr.write(
      `Shown only now. Its hash is in ${file}; clients send it as a bearer token or as an API key.\n`,
    );
  }
  return EXIT.ok;
}

function moreOf(parsed: Parsed): Partial<ClientEntry> {
  const { operator, expires, models } = parsed.values as Record<string, string | undefined>;
  if (expires !== undefined && Number.isNaN(Date.parse(expires)))
    throw new UsageError(`--expires: expected a date such as 2027-01-31, got "${expires}"`);
  const limit = (name: string) => number(parsed, name, { min: 1, max: 1_000_000_000 });
  const requestsPerMinute = limit("requests-per-minute");
  const tokensPerMinute = limit("tokens-per-minute");
  const streams = limit("streams");
  return {
    ...(operator && { operator: true }),
    ...(expires !== undefined && { expires: new Date(expires).toISOString() }),
    ...(models !== undefined && {
      models: models
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean),
    }),
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    ...(tokensPerMinute !== undefined && { tokensPerMinute }),
    ...(streams !== undefined && { streams }),
  };
}

function list(tokens: readonly ClientEntry[], json: boolean, io: Io): number {
  const shown = tokens.map(({ hash: _, ...rest }) => rest);
  if (json) io.stdout.write(`${JSON.stringify(shown)}\n`);
  else
    for (const { name, operator, expires } of shown)
      io.stdout.write(
        `${name}${operator ? "  operator" : ""}${expires ? `  until ${expires}` : ""}\n`,
      );
  return EXIT.ok;
}
