// `npm run bench:decode`: what it costs to read a streamed answer, in CPU time per event. Each contender has
// a process of its own and reads the same bytes, in turns; `--write` keeps the result.
import { parseArgs } from "node:util";
import { NODE_FLAGS } from "../scripts/checks.ts";
import { CONTENDERS } from "./contenders.ts";
import { keep } from "./keep.ts";
import type { Job, Round } from "./lane.ts";
import { Lane } from "./lane.ts";
import { type BigRow, median, type Result, renderReport } from "./report.ts";

const MIB = 1024 * 1024;
const BIG_MIB = [1, 4, 16, 64];
/** Each size reads as many bytes in all, so that one round is as long as another. */
const BIG_TOTAL_MIB = 64;
const BIG_ROUNDS = 5;
/** Beyond this a contender that reads its buffer again for each packet would take minutes. */
const QUADRATIC_MIB_MAX = 4;

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "20000" },
    rounds: { type: "string", default: "5" },
    write: { type: "boolean", default: false },
  },
});

async function measureAll(jobs: Job[], rounds: number): Promise<Round[][]> {
  const lanes: Lane[] = [];
  for (const job of jobs) lanes.push(await Lane.open(job, NODE_FLAGS));
  const measured: Round[][] = lanes.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, lane] of lanes.entries()) measured[index]!.push(await lane.run());
  }
  for (const lane of lanes) lane.close();
  return measured;
}

async function measureSmall(events: number, rounds: number): Promise<Result[]> {
  const results: Result[] = CONTENDERS.map(({ name }) => ({ name, packets: [], single: [] }));
  for (const packing of ["single", "packets"] as const) {
    console.error(`small events, ${packing === "single" ? "one a packet" : "16 KiB packets"} …`);
    const jobs = CONTENDERS.map(({ name }): Job => ({ kind: "small", name, packing, events }));
    const measured = await measureAll(jobs, rounds);
    for (const [index, all] of measured.entries()) {
      results[index]![packing] = all.map(({ cpuUs }) => cpuUs / events);
    }
  }
  return results;
}

async function measureBig(): Promise<BigRow[]> {
  const rows: BigRow[] = [];
  for (const mib of BIG_MIB) {
    console.error(`one event of ${mib} MiB …`);
    const names = ["whole", "pollux", ...(mib <= QUADRATIC_MIB_MAX ? ["@google/genai"] : [])];
    const times = BIG_TOTAL_MIB / mib;
    for (const name of names) {
      const isOther = name === "@google/genai";
      const job: Job = { kind: "big", name, bytes: mib * MIB, times: isOther ? 1 : times };
      const [all = []] = await measureAll([job], isOther ? 3 : BIG_ROUNDS);
      rows.push({ mib, name, ms: all.map(({ cpuUs }) => cpuUs / 1000 / job.times) });
    }
  }
  return rows;
}

const events = Number(values.events);
const rounds = Number(values.rounds);
if (!(events >= 100 && rounds >= 1)) {
  console.error("--events takes a number of at least 100, --rounds one of at least 1");
  process.exit(2);
}
const small = await measureSmall(events, rounds);
const report = renderReport({ small, big: await measureBig(), events, rounds });
console.log(report);
if (values.write) {
  const picture = (packing: "single" | "packets", packed: string) => ({
    title: `Reading a streamed answer, ${packed}`,
    says: "CPU microseconds per event of 300 bytes, median; shorter is better",
    bars: small.map(({ name, [packing]: all }) => ({
      label: name,
      value: median(all),
      isOurs: name.startsWith("pollux"),
    })),
    digits: 2,
  });
  keep("decode", report, {
    "decode-single": picture("single", "one event a packet"),
    "decode-packets": picture("packets", "packets of 16 KiB"),
  });
}
