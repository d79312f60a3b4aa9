// Where a fleet of gateways over one Redis stops growing: a simulation of what one machine cannot run. The
// costs are the measured ones; a server that is busy serves one thing after another, and delay follows.
// `npm run bench:fleet -- --events-per-second 10`.
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    /** CPU µs of a gateway process for one event (bench/results/gateway.md, Redis). */
    gateway: { type: "string", default: "45.2" },
    /** CPU µs of Redis for one event, by events in flight (bench/results/scale.md). */
    "redis-few": { type: "string", default: "49" },
    "redis-many": { type: "string", default: "12.5" },
    "events-per-second": { type: "string", default: "10" },
    seconds: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
  },
});
const GATEWAY_US = Number(values.gateway);
const [FEW_US, MANY_US] = [Number(values["redis-few"]), Number(values["redis-many"])];
const PACE = Number(values["events-per-second"]);
const SECONDS = Number(values.seconds);
const FLUSH_US = 10_000;
const P99_MS_MAX = 50;
/** A batch of so many events costs Redis the lesser price an event. */
const MANY = 15;

function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** Price of one event in a batch: the fixed part is shared. */
const redisUs = (batch: number) =>
  MANY_US + Math.max(0, (FEW_US - MANY_US) * (1 - (batch - 1) / (MANY - 1)));

/** p99 of an event's way through its gateway's processor and Redis's, in ms. */
function delay(replicas: number, streams: number): number {
  const random = randomOf(Number(values.seed));
  const perReplica = streams / replicas;
  const gatewayFree = new Array<number>(replicas).fill(0);
  let redisFree = 0;
  const waits: number[] = [];
  for (let at = 0; at < SECONDS * 1e6; at += FLUSH_US) {
    for (let one = 0; one < replicas; one += 1) {
      const expected = (perReplica * PACE * FLUSH_US) / 1e6;
      const batch = Math.floor(expected + random());
      if (batch === 0) continue;
      const begins = Math.max(at + random() * FLUSH_US, gatewayFree[one] ?? 0);
      const written = begins + batch * GATEWAY_US;
      gatewayFree[one] = written;
      redisFree = Math.max(redisFree, written) + batch * redisUs(batch);
      waits.push((redisFree - at) / 1000);
    }
  }
  waits.sort((a, b) => a - b);
  return waits[Math.floor(waits.length * 0.99)] ?? 0;
}

/** The most streams at which the delay stays small. */
function capacity(replicas: number): number {
  let [low, high] = [0, 100_000];
  while (high - low > 50) {
    const middle = (low + high) / 2;
    if (delay(replicas, middle) <= P99_MS_MAX) low = middle;
    else high = middle;
  }
  return Math.round(low / 50) * 50;
}

console.log(`| replicas | streams at ${PACE} events a second each | to one replica |`);
console.log("|--:|--:|--:|");
const one = capacity(1);
for (const replicas of [1, 2, 3, 4, 6, 8]) {
  const streams = capacity(replicas);
  console.log(`| ${replicas} | ${streams.toLocaleString("en")} | ${(streams / one).toFixed(2)}× |`);
}
