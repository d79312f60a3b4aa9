// Do the chunks come one by one, or does something in between hold them back.

import type { Seen } from "../finding.ts";
import { ok, problem, skip } from "../finding.ts";
import type { StreamSeen } from "../seen.ts";
import type { Check } from "./check.ts";

const CHUNKS_MIN = 4;
const FIRST_MS_MIN = 200;
const SPREAD_MS = 15;
const SPREAD_SHARE = 0.05;

export const cadence: Check = {
  id: "cadence",
  group: "Gemini",
  title: "Chunk cadence",
  needs: ["stream"],
  online: true,
  async run({ known }) {
    return known.stream ? judge(known.stream) : skip("no stream was seen");
  },
};

/** All chunks in one burst after a long silence were held back by somebody. */
export function judge({ atMs, compressed }: StreamSeen): Seen {
  const firstMs = atMs[0] ?? 0;
  const spreadMs = (atMs.at(-1) ?? 0) - firstMs;
  const told = `${atMs.length} chunks over ${Math.round(spreadMs)} ms, the first after ${Math.round(firstMs)} ms`;
  if (atMs.length < CHUNKS_MIN) return ok(`${told}: too few to tell`);
  const burst = spreadMs <= Math.max(SPREAD_MS, SPREAD_SHARE * firstMs);
  if (burst && firstMs >= FIRST_MS_MIN)
    return compressed
      ? problem("stream_compressed", `${told}, ${compressed}`)
      : problem("proxy_buffering", told);
  return ok(burst ? `${told}: too quick to tell` : told);
}
