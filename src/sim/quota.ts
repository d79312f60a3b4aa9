// A real quota: requests per minute and per day, tokens per minute, each counted by the clock.
import { type ErrorBody, quotaBody } from "./bodies.ts";

export interface QuotaLimits {
  requestsPerMinute?: number;
  requestsPerDay?: number;
  tokensPerMinute?: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export class Quota {
  private readonly limits: QuotaLimits;
  private spent: { at: number; tokens: number }[] = [];

  constructor(limits: QuotaLimits) {
    this.limits = limits;
  }

  /** Takes one request, or says which quota it would break. */
  take(nowMs: number, tokens: number): ErrorBody | undefined {
    this.spent = this.spent.filter(({ at }) => nowMs - at < DAY_MS);
    const minute = this.spent.filter(({ at }) => nowMs - at < MINUTE_MS);
    const wait = Math.max(1, Math.ceil((MINUTE_MS - (nowMs - (minute[0]?.at ?? nowMs))) / 1_000));
    const { requestsPerMinute, requestsPerDay, tokensPerMinute } = this.limits;
    if (requestsPerDay === 0 || requestsPerMinute === 0) return quotaBody("zero", wait);
    if (requestsPerDay !== undefined && this.spent.length >= requestsPerDay)
      return quotaBody("day", wait);
    if (requestsPerMinute !== undefined && minute.length >= requestsPerMinute)
      return quotaBody("minute", wait);
    const used = minute.reduce((sum, one) => sum + one.tokens, 0);
    if (tokensPerMinute !== undefined && used + tokens > tokensPerMinute)
      return quotaBody("tokens", wait);
    this.spent.push({ at: nowMs, tokens });
    return undefined;
  }
}
