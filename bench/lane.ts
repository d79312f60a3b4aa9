// A process for one contender: it loads what it needs, warms up, and runs a round when told to. Only
// the reading is measured, with the garbage it makes; the bytes are made before.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fetchOf, inPackets, makeBigEvent, makeBodies } from "./body.ts";
import { CONTENDERS } from "./contenders.ts";

const WARM_UP_READS = 8;
/** After its turn a contender finds cold caches: the first read of a round does not count. */
const READS = 4;

export type Job =
  | { kind: "small"; name: string; packing: "single" | "packets"; events: number }
  | { kind: "big"; name: string; bytes: number; times: number };

export interface Round {
  /** For one whole answer. */
  cpuUs: number;
}

export class Lane {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async open(job: Job, flags: string[]): Promise<Lane> {
    const child = fork(import.meta.filename, [JSON.stringify(job)], { execArgv: flags });
    const lane = new Lane(child);
    await lane.#next();
    return lane;
  }

  run(): Promise<Round> {
    this.#child.send("go");
    return this.#next();
  }

  close(): void {
    this.#child.disconnect();
  }

  async #next(): Promise<Round> {
    const gone = new AbortController();
    const { signal } = gone;
    try {
      const died = once(this.#child, "exit", { signal }).then(([code]) => {
        throw new Error(`${this.#child.spawnargs.at(-1)} ended with ${code}`);
      });
      const [message] = await Promise.race([once(this.#child, "message", { signal }), died]);
      return message as Round;
    } finally {
      gone.abort();
    }
  }
}

/** Collects the body first and reads it as one: what a big event costs at the very least. */
async function readWhole(fetch: typeof globalThis.fetch): Promise<string> {
  const text = await (await fetch("http://bench.invalid/")).text();
  JSON.parse(text.slice(6));
  return "";
}

async function prepare(job: Job): Promise<() => Promise<void>> {
  const contender = CONTENDERS.find(({ name }) => name === job.name);
  const encoder = new TextEncoder();
  if (job.kind === "big") {
    const fetch = fetchOf(inPackets(makeBigEvent(job.bytes)));
    const read = contender ? await contender.load(fetch) : () => readWhole(fetch);
    return async () => {
      for (let i = 0; i < job.times; i += 1) await read();
    };
  }
  if (!contender) throw new Error(`there is no contender ${job.name}`);
  const bodies = makeBodies(job.events);
  const all = bodies[contender.format];
  const packets =
    job.packing === "single"
      ? all.map((event) => encoder.encode(event))
      : inPackets(encoder.encode(all.join("")));
  const read = await contender.load(fetchOf(packets));
  return async () => {
    const text = await read();
    if (text !== bodies.text) throw new Error(`${job.name} read another text`);
  };
}

async function serve(job: Job): Promise<void> {
  console.warn = () => {}; // one client warns of an image at each reading
  const read = await prepare(job);
  const [warmUps, reads] = job.kind === "small" ? [WARM_UP_READS, READS] : [1, 1];
  for (let i = 0; i < warmUps; i += 1) await read();
  process.on("message", async () => {
    if (job.kind === "small") await read();
    const before = process.cpuUsage();
    for (let i = 0; i < reads; i += 1) await read();
    const { user, system } = process.cpuUsage(before);
    process.send?.({ cpuUs: (user + system) / reads });
  });
  process.send?.({ cpuUs: 0 });
}

if (import.meta.main) await serve(JSON.parse(process.argv[2] ?? ""));
