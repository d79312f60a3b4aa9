// Failures and refusals by cause and model, and what the upstream's quotas are known to be: what went
// wrong in the last hour, how often, an example, and the next move.
import { FAILURES, type Failure, type FailureCode } from "../../../core/failures.ts";
import type { Verdict } from "../../../core/index.ts";
import { quotaDayEndMs } from "../../guard/keys.ts";
import { Names } from "../names.ts";
import type { ErrorRow, LimitRow } from "./shape.ts";

const ROWS_MAX = 200;
const MODELS_MAX = 50;
const MINUTE_MS = 60_000;
const MINUTES = 60;
const MESSAGE_CHARS_MAX = 300;
/** What a quota without a delay is taken for. */
const PAUSE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const STATES: Partial<Record<FailureCode, LimitRow["state"]>> = {
  quota_per_day: "exhausted",
  quota_plan_exhausted: "exhausted",
  free_tier_limit_zero: "no_quota",
  region_quota_zero: "no_quota",
};

type Limit = Omit<LimitRow, "requestsPerMinute" | "tokensPerMinute">;
type Load = (model: string) => Pick<LimitRow, "requestsPerMinute" | "tokensPerMinute">;

export class Troubles {
  private readonly rows = new Map<string, ErrorRow>();
  private readonly fresh = new Set<ErrorRow>();
  private readonly limits = new Map<string, Limit>();
  private readonly names = new Names(MODELS_MAX);

  failed(model: string, failure: Failure, decision: Verdict, streamId: string, atMs: number): void {
    const name = this.names.of(model);
    const { code, kind } = failure;
    const row = this.note({ where: "upstream", code, model: name, atMs });
    row.message = failure.message.slice(0, MESSAGE_CHARS_MAX);
    row.example = streamId;
    row.decisions[decision] = (row.decisions[decision] ?? 0) + 1;
    if (kind === "quota") this.limited(name, failure, atMs);
  }

  refused(code: string, requestId: string, atMs: number): void {
    if (!(code in FAILURES)) return;
    const row = this.note({ where: "gateway", code: code as FailureCode, model: "", atMs });
    row.message = row.meaning;
    row.example = requestId;
  }

  /** The model serves, so whatever its quota was, there is some. */
  served(model: string): void {
    const known = this.limits.get(this.names.of(model));
    if (!known) this.limits.set(this.names.of(model), { model: this.names.of(model), state: "ok" });
    else if (known.state !== "ok") known.state = "ok";
  }

  /** Newest first. */
  all(): ErrorRow[] {
    return [...this.rows.values()].reverse();
  }

  /** Rows that changed since this was asked last. */
  changed(): ErrorRow[] {
    const rows = [...this.fresh];
    this.fresh.clear();
    return rows;
  }

  limitRows(nowMs: number, load: Load): LimitRow[] {
    return [...this.limits.values()].map((limit) => {
      const isOver = limit.retryAtMs !== undefined && limit.retryAtMs <= nowMs;
      const { state, retryAtMs, ...rest } = limit;
      const row = { ...rest, state: isOver ? "ok" : state, ...load(limit.model) } as LimitRow;
      return row.state === "ok" || retryAtMs === undefined ? row : { ...row, retryAtMs };
    });
  }

  private note(seen: { where: ErrorRow["where"]; code: FailureCode; model: string; atMs: number }) {
    const { where, code, model, atMs } = seen;
    const key = `${where} ${code} ${model}`;
    const { kind, meaning, next, docs } = FAILURES[code];
    const row: ErrorRow = this.rows.get(key) ?? {
      ...{ key, where, code, kind, model, meaning, next, docs },
      ...{ total: 0, lastAtMs: 0, message: "", example: "", decisions: {}, minutes: [] },
    };
    row.total++;
    row.lastAtMs = atMs;
    const minute = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
    const last = row.minutes.at(-1);
    if (last?.[0] === minute) last[1]++;
    else {
      const oldest = minute - (MINUTES - 1) * MINUTE_MS;
      row.minutes = [...row.minutes.filter(([at]) => at >= oldest), [minute, 1]];
    }
    // The row that was seen longest ago goes first.
    this.rows.delete(key);
    if (this.rows.size >= ROWS_MAX) {
      const [oldKey, old] = this.rows.entries().next().value as [string, ErrorRow];
      this.rows.delete(oldKey);
      this.fresh.delete(old);
    }
    this.rows.set(key, row);
    this.fresh.add(row);
    return row;
  }

  private limited(model: string, { code, quota, retryAfterMs }: Failure, atMs: number): void {
    const state = STATES[code] ?? "throttled";
    // What comes with a daily quota as its delay is seconds, and wrong.
    const dayEnd = code === "quota_per_day" ? quotaDayEndMs(atMs) : undefined;
    const pause = STATES[code] ? HOUR_MS : PAUSE_MS;
    this.limits.set(model, {
      model,
      state,
      code,
      lastAtMs: atMs,
      ...(quota?.id && { quotaId: quota.id }),
      ...(quota?.metric && { metric: quota.metric }),
      ...(quota?.limit && { limit: quota.limit }),
      retryAtMs: dayEnd ?? atMs + (retryAfterMs ?? pause),
    });
  }
}
