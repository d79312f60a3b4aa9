// What `/ops/feed` of a gateway tells: a snapshot, then deltas, each with what changed.
import type { OpsDelta, OpsSnapshot } from "pollux/gateway/ops";

function apply(seen: OpsSnapshot, delta: OpsDelta): OpsSnapshot {
  const gone = new Set(delta.gone);
  const rows = [...(delta.begun ?? []), ...seen.streams].filter(({ n }) => !gone.has(n));
  const changed = new Map(delta.changed);
  const streams = rows.map((row) => ({ ...row, now: changed.get(row.n) ?? row.now }));
  const { seq, atMs, verdict = seen.verdict, now = seen.now } = delta;
  return { ...seen, seq, atMs, verdict, now, streams };
}
console.log(typeof apply);
