// A real quota: requests per minute and per day, tokens per minute, each counted by the clock.
import { type ErrorBody, quotaBody } from "./bodies.ts";

/** Limits after which the simulator answers 429. */
export interface QuotaLimits {
  requestsPerMinute?: number;
  requestsPerDay?: number;
  tokensPerMinute?: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Even a request that will fit at once is told to wait a little. */
const WAIT_MS_MIN = 1_000;

export class Quota {
  private readonly limits: QuotaLimits;
  private spent: { atMs: number; tokens: number }[] = [];

  constructor(limits: QuotaLimits) {
    this.limits = limits;
  }

  /** Takes one request, or says which quota it would break. */
  take(nowMs: number, tokens: number, model: string): ErrorBody | undefined {
    const { requestsPerMinute, requestsPerDay, tokensPerMinute } = this.limits;
    const keptMs = requestsPerDay === undefined ? MINUTE_MS : DAY_MS;
    this.spent = this.spent.filter(({ atMs }) => nowMs - atMs < keptMs);
    const minute = this.spent.filter(({ atMs }) => nowMs - atMs < MINUTE_MS);
    const freeMs = MINUTE_MS - (nowMs - (minute[0]?.atMs ?? nowMs - MINUTE_MS));
    const seconds = Math.ceil(Math.max(WAIT_MS_MIN, freeMs)) / 1_000;
    const broken = (kind: Parameters<typeof quotaBody>[0], limit: number) =>
      quotaBody(kind, seconds, { limit, model });
    if (requestsPerDay === 0 || requestsPerMinute === 0) return broken("zero", 0);
    if (requestsPerDay !== undefined && this.spent.length >= requestsPerDay)
      return broken("day", requestsPerDay);
    if (requestsPerMinute !== undefined && minute.length >= requestsPerMinute)
      return broken("minute", requestsPerMinute);
    const used = minute.reduce((sum, one) => sum + one.tokens, 0);
    if (tokensPerMinute !== undefined && used + tokens > tokensPerMinute)
      return broken("tokens", tokensPerMinute);
    this.spent.push({ atMs: nowMs, tokens });
    return undefined;
  }
}
