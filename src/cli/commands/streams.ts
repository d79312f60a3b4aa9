// The streams of a gateway: which there are, what one said, what it is saying now, and its end.
import { redact } from "../../core/failures.ts";
import { isTerminal, Pollux, type StreamEvent } from "../../core/index.ts";
import { nodeFetch } from "../../node/index.ts";
import { EXIT, exitOf, UsageError } from "../exit.ts";
import { number } from "../input/args.ts";
import { environment } from "../input/upstream.ts";
import { harmless, paintOf, wantsColor } from "../output/paint.ts";
import { seam } from "../output/tell.ts";
import type { Command, Io, Parsed } from "./command.ts";

const GATEWAY = "http://127.0.0.1:8080";
const WORDS = ["ls", "show", "tail", "stop", "rm"];

export const streams: Command = {
  name: "streams",
  summary: "List, show, follow, stop and remove the streams of a gateway.",
  usage: "pollux streams ls|show|tail|stop|rm [ID] [options]",
  options: {
    gateway: {
      type: "string",
      value: "URL",
      help: `the gateway (default ${GATEWAY}) [POLLUX_URL]`,
    },
    "token-env": {
      type: "string",
      value: "NAME",
      help: "environment variable that holds the client token (default POLLUX_TOKEN)",
    },
    state: { type: "string", value: "WORD", help: "ls: only live, ended, done, failed, …" },
    limit: { type: "string", short: "n", value: "N", help: "ls: how many (default 20)" },
    all: { type: "boolean", help: "ls: those of every client; for operators" },
    after: { type: "string", value: "SEQ", help: "tail: only what came after this event" },
    json: { type: "boolean", help: "answers as JSON; tail: one event a line" },
  },
  more: `Examples
  pollux streams ls --state live
  pollux streams tail 8a6bec22-8b59-4126-bc68-763e1ffd9a9c
  pollux streams stop 8a6bec22-8b59-4126-bc68-763e1ffd9a9c`,
  run,
};

interface Shown {
  id: string;
  state: string;
  model: string;
  door: string;
  client: string;
  startedAtMs: number;
  lastSeq: number;
  text?: string;
}

interface Place {
  url: string;
  headers: Record<string, string>;
  fetch: typeof globalThis.fetch;
}

async function run(parsed: Parsed, io: Io): Promise<number> {
  const [word, id, ...rest] = parsed.words;
  if (word === undefined || !WORDS.includes(word))
    throw new UsageError(
      `expected one of ${WORDS.join(", ")}, got ${word === undefined ? "nothing" : `"${word}"`} (see --help)`,
    );
  if (rest.length > 0) throw new UsageError(`one stream at a time, got "${rest[0]}" too`);
  const place = placeOf(parsed, io);
  if (word === "ls") {
    if (id !== undefined) throw new UsageError("ls takes no id; use show");
    return list(parsed, io, place);
  }
  if (id === undefined) throw new UsageError(`${word}: give the id of a stream; ls lists them`);
  const path = `/streams/${encodeURIComponent(id)}`;
  if (word === "tail") return tail(parsed, io, place, id);
  if (word === "show") return show(parsed, io, (await ask(place, "GET", path)) as Shown);
  const answer = await ask(
    place,
    ...((word === "stop" ? ["POST", `${path}/stop`] : ["DELETE", path]) as ["POST", string]),
  );
  if (parsed.values.json) io.stdout.write(`${JSON.stringify(answer ?? { id, removed: true })}\n`);
  else if (word === "rm") io.stdout.write("removed\n");
  else {
    const { stopping, state } = answer as { stopping: boolean; state: string };
    io.stdout.write(stopping ? "stopping\n" : `not running: ${state}\n`);
  }
  return EXIT.ok;
}

function placeOf(parsed: Parsed, io: Io): Place {
  const env = environment(io);
  const given = (parsed.values.gateway as string | undefined) ?? env.POLLUX_URL ?? GATEWAY;
  if (!/^https?:\/\/[^/\s]/.test(given))
    throw new UsageError(`--gateway: expected a URL such as ${GATEWAY}, got "${redact(given)}"`);
  const name = (parsed.values["token-env"] as string | undefined) ?? "POLLUX_TOKEN";
  const token = env[name];
  if (parsed.values["token-env"] !== undefined && !token)
    throw new UsageError(`--token-env: the variable ${redact(name)} is not set`, EXIT.config);
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return { url: given.replace(/\/+$/, ""), headers, fetch: nodeFetch() };
}

async function ask(place: Place, method: string, path: string): Promise<unknown> {
  let response: Response;
  try {
    response = await place.fetch(place.url + path, { method, headers: place.headers });
  } catch {
    throw new UsageError(
      `no gateway answers at ${redact(place.url)}; start one with pollux serve, or name another with --gateway`,
      EXIT.upstream,
    );
  }
  const text = await response.text();
  if (response.ok) return text === "" ? undefined : (JSON.parse(text) as unknown);
  const message = /"message": ?"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? `status ${response.status}`;
  throw new UsageError(redact(message), response.status === 401 ? EXIT.config : EXIT.usage);
}

async function list(parsed: Parsed, io: Io, place: Place): Promise<number> {
  const query = new URLSearchParams({
    limit: String(number(parsed, "limit", { min: 1, max: 200 }) ?? 20),
  });
  if (parsed.values.state) query.set("state", String(parsed.values.state));
  if (parsed.values.all) query.set("all", "true");
  const { streams: found } = (await ask(place, "GET", `/streams?${query}`)) as { streams: Shown[] };
  if (parsed.values.json) {
    io.stdout.write(`${JSON.stringify(found)}\n`);
    return EXIT.ok;
  }
  if (found.length === 0) io.stderr.write("No streams.\n");
  for (const { id, state, model, door, client, startedAtMs } of found) {
    const at = new Date(startedAtMs).toISOString().slice(0, 19).replace("T", " ");
    io.stdout.write(
      `${at}  ${state.padEnd(10)}  ${model.padEnd(22)}  ${door.padEnd(8)}  ${client.padEnd(10)}  ${id}\n`,
    );
  }
  return EXIT.ok;
}

function show(parsed: Parsed, io: Io, stream: Shown): number {
  if (parsed.values.json) io.stdout.write(`${JSON.stringify(stream)}\n`);
  else {
    const text = harmless(stream.text ?? "");
    io.stderr.write(`${stream.state} · ${stream.model} · ${stream.door} · ${stream.client}\n`);
    io.stdout.write(text.endsWith("\n") || text === "" ? text : `${text}\n`);
  }
  return EXIT.ok;
}

async function tail(parsed: Parsed, io: Io, place: Place, id: string): Promise<number> {
  const after = number(parsed, "after", { min: -1, max: Number.MAX_SAFE_INTEGER }) ?? -1;
  const token = place.headers.authorization?.replace("Bearer ", "");
  const pollux = new Pollux({
    baseUrl: place.url,
    fetch: place.fetch,
    ...(token ? { token } : { apiKey: "none" }),
  });
  const paint = paintOf(wantsColor(undefined, io.stdout, io.env));
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  let end: StreamEvent | undefined;
  let last = "\n";
  const say = (text: string) => {
    if (text === "") return;
    io.stdout.write(text);
    last = text;
  };
  for await (const event of pollux.follow(id, { after, signal: controller.signal })) {
    if (isTerminal(event)) end = event;
    if (parsed.values.json) say(`${JSON.stringify(event)}\n`);
    else if (event.type === "chunk") {
      for (const part of event.chunk.candidates?.[0]?.content?.parts ?? [])
        if (part.text && !part.thought) say(harmless(part.text));
    } else if (event.type === "splice") io.stderr.write(paint.dim(`\n${seam(event)}\n`));
  }
  if (!last.endsWith("\n")) io.stdout.write("\n");
  // Whoever stops looking has not stopped the stream.
  if (!end || !isTerminal(end)) return controller.signal.aborted ? EXIT.stopped : EXIT.ok;
  const problem = "failure" in end ? end.failure : undefined;
  if (problem && !parsed.values.json)
    io.stderr.write(`${end.type}: ${problem.message} ${problem.next}\n`);
  return exitOf(end.type, problem, false);
}
