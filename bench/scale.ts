// What a stream costs its log: commands, bytes and memory of Redis, rows and bytes of SQLite, for answers of
// a length and pace like Gemini's. Counts, not times: they are the same on every machine.
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import { listen } from "../src/node/index.ts";
import { createSim } from "../src/sim/index.ts";
import { gatewayProcess } from "../test/gateway/process.ts";
import { redisServer } from "../test/redis-server.ts";
import { keep } from "./keep.ts";
import { machine } from "./report.ts";

const { values } = parseArgs({
  options: {
    write: { type: "boolean" },
    streams: { type: "string", default: "600" },
    words: { type: "string", default: "400" },
  },
});
const STREAMS = Number(values.streams);
const WORDS = Number(values.words);
/** A log that many write to is told of many at a time. */
const AT_ONCE = [20, 300];
const LEAST = 20;
/** The simulator takes any key. */
const KEY = { GEMINI_API_KEY: "scale" };

interface Told {
  streams: number;
  events: number;
  chunks: number;
  textBytes: number;
  eventBytes: number;
}

/** Streams at the durable door, each read to its end once. */
async function answers(url: string, atOnce: number): Promise<Told> {
  const told: Told = { streams: 0, events: 0, chunks: 0, textBytes: 0, eventBytes: 0 };
  let next = 0;
  const work = async () => {
    while (next < STREAMS) {
      const contents = [{ role: "user", parts: [{ text: `Write ${WORDS} words (${next++})` }] }];
      const begun = await fetch(`${url}/streams`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "gemini-3.6-flash", contents }),
      });
      const { id } = (await begun.json()) as { id: string };
      const body = await (await fetch(`${url}/streams/${id}/events`)).text();
      const events = [...body.matchAll(/^data: (.*)$/gm)].map(([, data]) => data ?? "");
      const last = JSON.parse(events.at(-1) ?? "{}") as { type?: string; text?: string };
      if (last.type !== "done") throw new Error(`a stream ended ${last.type}`);
      told.streams += 1;
      told.events += events.length;
      told.chunks += events.filter((event) => event.includes('"type":"chunk"')).length;
      told.textBytes += Buffer.byteLength(last.text ?? "");
      told.eventBytes += events.reduce((sum, event) => sum + Buffer.byteLength(event), 0);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return told;
}

async function counters(redis: Redis) {
  const info = await redis.info();
  const of = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(info)?.[1] ?? 0);
  return {
    commands: of("total_commands_processed"),
    inBytes: of("total_net_input_bytes"),
    outBytes: of("total_net_output_bytes"),
    memory: of("used_memory"),
    cpuUs: (of("used_cpu_user") + of("used_cpu_sys")) * 1e6,
  };
}

async function onRedis(upstream: string, atOnce: number): Promise<{ told: Told; rows: string[] }> {
  const server = await redisServer();
  const folder = mkdtempSync(join(tmpdir(), "pollux-scale-"));
  const args = ["--port", "0", "--quiet", "--upstream", upstream];
  const gateway = await gatewayProcess([...args, "--store", "redis", "--redis-url", server.url], {
    cwd: folder,
    env: KEY,
  });
  const redis = new Redis(server.url);
  try {
    await answers(gateway.url, atOnce);
    const before = await counters(redis);
    const told = await answers(gateway.url, atOnce);
    const after = await counters(redis);
    const each = (of: keyof typeof after) => (after[of] - before[of]) / told.streams;
    const cpuUs = (after.cpuUs - before.cpuUs) / told.events;
    const perEvent = (after.commands - before.commands) / told.events;
    return {
      told,
      rows: [
        `| Redis, ${atOnce} at once | commands | ${each("commands").toFixed(0)} (${perEvent.toFixed(2)} an event) |`,
        `| Redis, ${atOnce} at once | its processor, µs an event | ${cpuUs.toFixed(1)} (a core is full at ${Math.round(1e6 / cpuUs).toLocaleString("en")} events a second) |`,
        `| Redis, ${atOnce} at once | bytes to it | ${(each("inBytes") / 1024).toFixed(1)} KiB |`,
        `| Redis, ${atOnce} at once | bytes from it | ${(each("outBytes") / 1024).toFixed(1)} KiB |`,
        `| Redis, ${atOnce} at once | memory while it is kept | ${(each("memory") / 1024).toFixed(1)} KiB |`,
      ],
    };
  } finally {
    redis.disconnect();
    await gateway.kill("SIGKILL");
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onSqlite(upstream: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "pollux-scale-"));
  const gateway = await gatewayProcess(
    ["--port", "0", "--quiet", "--upstream", upstream, "--store", "sqlite", "--data", folder],
    { cwd: folder, env: KEY },
  );
  const size = () =>
    readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  try {
    await answers(gateway.url, LEAST);
    const before = size();
    const told = await answers(gateway.url, LEAST);
    const grown = (size() - before) / told.streams / 1024;
    return [`| SQLite | disk while it is kept | ${grown.toFixed(1)} KiB |`];
  } finally {
    await gateway.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

const sim = createSim({ ttftMs: 20, chunkDelayMs: 10 });
const server = await listen((request) => sim.serve(request));
try {
  const measured = [];
  for (const atOnce of AT_ONCE) measured.push(await onRedis(server.url, atOnce));
  const rows = measured.flatMap((one) => one.rows);
  const { told } = measured[0] as { told: Told };
  const sqlite = await onSqlite(server.url);
  const per = (count: number) => (count / told.streams).toFixed(1);
  const report = `# What a stream costs its log

${new Date().toISOString().slice(0, 10)} · ${machine()} · \`npm run bench:scale -- --write\`

${told.streams} answers of ${WORDS} words, each written, read live and ended; counted after as many to warm up. One answer is ${per(told.chunks)} chunks, ${per(told.events)} events, ${(told.textBytes / told.streams / 1024).toFixed(1)} KiB of text and ${(told.eventBytes / told.streams / 1024).toFixed(1)} KiB of events.

| log | what | per stream |
|---|---|--:|
${[...rows, ...sqlite].join("\n")}
`;
  console.log(report);
  if (values.write) keep("scale", report, {});
} finally {
  await server.close();
}
