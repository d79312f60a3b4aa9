// What the gateway costs, beside a pipe, nginx and another gateway, in one run on one machine. Prints a
// page; `--write` keeps it in bench/RESULTS.md. Linux only: it reads /proc.
import type { ChildProcess } from "node:child_process";
import { cpus, platform, release } from "node:os";
import { parseArgs } from "node:util";
import { redisServer } from "../../test/redis-server.ts";
import { keep } from "../keep.ts";
import type { Picture } from "../picture.ts";
import {
  type Contender,
  child,
  direct,
  firstLine,
  nginx,
  pipe,
  pollux,
  portkey,
} from "./contenders.ts";
import type { Figures, Job } from "./load.ts";
import { cpuUs, rssBytes } from "./usage.ts";

const { values } = parseArgs({
  options: {
    write: { type: "boolean" },
    rounds: { type: "string", default: "3" },
    streams: { type: "string", default: "400" },
    seconds: { type: "string", default: "6" },
    only: { type: "string" },
    quick: { type: "boolean" },
  },
});
const ROUNDS = Number(values.rounds);
const STREAMS = Number(values.streams);
const MEASURE_MS = Number(values.seconds) * 1000;
const WARM_MS = 2_500;
const EVERY_MS = 20;
const SLOW_MS = 2_000;

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
const median = (list: number[]) =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const figure = (value: number, digits = 1) =>
  Number.isFinite(value) ? value.toFixed(digits) : "–";

class Load {
  private readonly process: ChildProcess = child("load.ts");
  private say(message: object): Promise<unknown> {
    return new Promise((done) => {
      this.process.once("message", done);
      this.process.send(message);
    });
  }
  async begin(contender: Contender, streams: number, stuck = 0): Promise<void> {
    const { url, path, headers, body } = contender;
    await this.say({ job: { url, path, headers, body, streams, stuck } satisfies Job });
  }
  figures(): Promise<Figures> {
    return this.say({ figures: true }) as Promise<Figures>;
  }
  stop(): void {
    this.process.kill("SIGKILL");
  }
}

interface Seen {
  cpu: number[];
  p50: number[];
  p99: number[];
  note?: string;
}

async function upstream(everyMs: number): Promise<{ url: string; stop(): void }> {
  const process = child("upstream.ts", [], { EVERY_MS: String(everyMs) });
  const port = await firstLine(process);
  return { url: `http://127.0.0.1:${port}`, stop: () => void process.kill("SIGKILL") };
}

async function round(contender: Contender, seen: Seen): Promise<void> {
  const load = new Load();
  await load.begin(contender, STREAMS);
  await wait(WARM_MS);
  await load.figures();
  const before = contender.pid ? cpuUs(contender.pid) : 0;
  await wait(MEASURE_MS);
  const { events, p50Ms, p99Ms, failed, open } = await load.figures();
  const used = contender.pid ? cpuUs(contender.pid) - before : Number.NaN;
  load.stop();
  const wanted = (STREAMS * MEASURE_MS) / EVERY_MS;
  if (failed > 0 || open < STREAMS) seen.note = `${open} of ${STREAMS} open, ${failed} failed`;
  else if (events < wanted * 0.95)
    seen.note = `kept up with ${Math.round((events / wanted) * 100)} %`;
  seen.cpu.push(used / events);
  seen.p50.push(p50Ms);
  seen.p99.push(p99Ms);
  await wait(500);
}

async function speed(
  makers: readonly (() => Promise<Contender | string>)[],
  source: { url: string },
) {
  const table = new Map<string, Seen>();
  for (let i = 0; i < ROUNDS; i += 1) {
    for (const make of [async () => direct(source.url), ...makers]) {
      const contender = await make();
      if (typeof contender === "string") {
        table.set(contender, { cpu: [], p50: [], p99: [], note: "left out" });
        continue;
      }
      const seen = table.get(contender.name) ?? { cpu: [], p50: [], p99: [] };
      table.set(contender.name, seen);
      await round(contender, seen);
      contender.stop();
      console.error(
        `${contender.name}: ${figure(seen.cpu.at(-1) as number)} µs, p50 ${figure(seen.p50.at(-1) as number, 2)} ms, p99 ${figure(seen.p99.at(-1) as number, 2)} ms ${seen.note ?? ""}`,
      );
    }
  }
  return table;
}

async function memory(
  make: () => Promise<Contender | string>,
  source: string,
  streams: number,
): Promise<string> {
  const contender = await make();
  if (typeof contender === "string" || !contender.pid) return "–";
  const load = new Load();
  await load.begin(contender, 20);
  await wait(1_500);
  const before = rssBytes(contender.pid);
  await load.begin(contender, streams);
  await wait(9_000);
  const { open } = await load.figures();
  const kib = (rssBytes(contender.pid) - before) / (open - 20) / 1024;
  load.stop();
  contender.stop();
  await wait(500);
  return `${figure(kib)} KiB (${open - 20} open, ${source})`;
}

async function stuck(make: () => Promise<Contender>): Promise<string> {
  const contender = await make();
  const pid = contender.pid as number;
  const load = new Load();
  await load.begin(contender, 50);
  await wait(WARM_MS);
  const calm = await load.figures();
  const before = rssBytes(pid);
  await load.begin(contender, 0, 100);
  await wait(10_000);
  const kib = (rssBytes(pid) - before) / 100 / 1024;
  const after = await load.figures();
  load.stop();
  contender.stop();
  return `100 readers that never read, ten seconds: ${figure(kib)} KiB each; the others' p50 ${figure(calm.p50Ms, 2)} → ${figure(after.p50Ms, 2)} ms, p99 ${figure(calm.p99Ms, 2)} → ${figure(after.p99Ms, 2)} ms`;
}

function page(table: Map<string, Seen>, more: readonly string[]): string {
  const cpuOf = (name: string) => median(table.get(name)?.cpu ?? []);
  const [bare, web] = [
    median(table.get("direct")?.p50 ?? []),
    median(table.get("direct")?.p99 ?? []),
  ];
  const lines = [...table].map(([name, { cpu, p50, p99, note = "" }]) => {
    const own = median(cpu);
    const ratio = (other: string) => figure(own / cpuOf(other), 2);
    const spread =
      cpu.length > 1 ? ` (${figure(Math.min(...cpu))}–${figure(Math.max(...cpu))})` : "";
    return `| ${name} | ${figure(own)}${Number.isFinite(own) ? spread : ""} | ${ratio("raw node:http pipe")} | ${ratio("nginx")} | ${ratio("Portkey gateway")} | ${figure(median(p50) - bare, 2)} | ${figure(median(p99) - web, 2)} | ${note} |`;
  });
  return `# What the gateway costs

Measured ${new Date().toISOString().slice(0, 10)} by \`npm run bench:gateway -- --write\` on ${cpus().length} × ${cpus()[0]?.model.trim()}, ${platform()} ${release()}, Node ${process.version}: ${STREAMS} streams, an event of about 400 bytes every ${EVERY_MS} ms on each, ${ROUNDS} rounds of ${MEASURE_MS / 1000} s, medians. Readers and upstream run on the same cores. Pollux decodes, writes its log, counts and writes log lines.

| | CPU µs per event (spread) | to the pipe | to nginx | to Portkey | added p50 ms | added p99 ms | |
|---|---|---|---|---|---|---|---|
${lines.join("\n")}

Delays of nothing in between: p50 ${figure(bare, 2)} ms, p99 ${figure(web, 2)} ms. The budgets: at most 1.0 of the pipe and 2.0 of nginx, at most a third of Portkey, added p50 1 ms and p99 5 ms.

${more.map((line) => `- ${line}`).join("\n")}
`;
}

function pictures(table: Map<string, Seen>): Record<string, Picture> {
  const bare = median(table.get("direct")?.p50 ?? []);
  const measured = [...table].filter(([name, { cpu }]) => name !== "direct" && cpu.length > 0);
  const picture = (title: string, says: string, of: (seen: Seen) => number): Picture => ({
    title,
    says: `${says}; shorter is better`,
    bars: measured.map(([label, seen]) => ({
      label,
      value: of(seen),
      isOurs: label.startsWith("Pollux"),
    })),
    digits: 1,
  });
  return {
    "gateway-cpu": picture("Forwarding a stream", "CPU microseconds per event, median", ({ cpu }) =>
      median(cpu),
    ),
    "gateway-delay": picture(
      "What forwarding adds to an event's way",
      "milliseconds at the median, beyond no gateway at all",
      ({ p50 }) => median(p50) - bare,
    ),
  };
}

const redis = await redisServer();
const source = await upstream(EVERY_MS);
const slow = await upstream(SLOW_MS);
const ours: Record<string, (url: string) => Promise<Contender>> = {
  memory: (url) => pollux(url, ["--store", "memory"]),
  sqlite: (url) => pollux(url, ["--store", "sqlite"]),
  redis: (url) => pollux(url, ["--store", "redis", "--redis-url", redis.url]),
  openai: (url) => pollux(url, ["--store", "memory"], "openai"),
  interactions: (url) => pollux(url, ["--store", "memory"], "interactions"),
};
const all: Record<string, () => Promise<Contender | string>> = {
  pipe: () => pipe(source.url),
  nginx: () => nginx(source.url),
  portkey: () => portkey(source.url),
  ...Object.fromEntries(Object.entries(ours).map(([name, make]) => [name, () => make(source.url)])),
};
const wanted = values.only?.split(",") ?? Object.keys(all);
try {
  const table = await speed(
    wanted.flatMap((name) => all[name] ?? []),
    source,
  );
  const more: string[] = [];
  if (!values.quick) {
    for (const kind of ["memory", "sqlite"])
      for (const streams of [1_000, 5_000])
        more.push(
          `memory per stream, ${streams} streams, ${kind}: ${await memory(() => (ours[kind] as (url: string) => Promise<Contender>)(slow.url), `an event every ${SLOW_MS / 1000} s`, streams)}`,
        );
    more.push(await stuck(() => pollux(source.url, ["--store", "sqlite"])));
  }
  const text = page(table, more);
  console.log(text);
  if (values.write) keep("gateway", text, pictures(table));
} finally {
  source.stop();
  slow.stop();
  await redis.close();
}
process.exit();
