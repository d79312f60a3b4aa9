// Which quota a 429 is about. Per minute, per day, tokens and none at all ask for different moves,
// and a delay that comes with a daily quota misleads.
import { type Failure, type FailureCode, failure, type Seen } from "./failure-table.ts";
import { redact } from "./redact.ts";

interface Violation {
  id: string;
  metric: string;
  limit: string;
  model: string;
}

const VIOLATIONS_MAX = 50;
const NAME_CHARS_MAX = 300;
const TEXT_CHARS_MAX = 20_000;

/** A delay beyond this is no minute's quota. */
const MINUTE_DELAY_MS_MAX = 300_000;

export function quotaFailure(
  message: string,
  details: readonly unknown[],
  word: string | undefined,
  extra: Seen,
): Failure {
  const violations = details.flatMap((detail) => {
    const list = (detail as { violations?: unknown } | null)?.violations;
    return Array.isArray(list) ? list.slice(0, VIOLATIONS_MAX).map(violationOf) : [];
  });
  const known = jsonOf(details).slice(0, TEXT_CHARS_MAX);
  const code = quotaCode(message, violations, known, word, extra.retryAfterMs);
  const worst = violations.find(({ id }) => /PerDay|Daily/i.test(id)) ?? violations[0];
  const quota = worst && {
    ...(worst.id && { id: worst.id }),
    ...(worst.metric && { metric: worst.metric }),
    ...(worst.limit && { limit: worst.limit }),
    ...(worst.model && { model: worst.model }),
  };
  return failure(code, message, { ...extra, ...(quota && { quota }) });
}

/** Whatever came: texts, redacted because they are shown. */
function violationOf(value: unknown): Violation {
  const said = (value ?? {}) as Record<string, unknown>;
  const { model } = (said.quotaDimensions ?? {}) as Record<string, unknown>;
  const text = (one: unknown) =>
    typeof one === "string" ? redact(one.slice(0, TEXT_CHARS_MAX)).slice(0, NAME_CHARS_MAX) : "";
  const { quotaId, quotaMetric, quotaValue } = said;
  return {
    id: text(quotaId),
    metric: text(quotaMetric),
    limit: text(quotaValue),
    model: text(model),
  };
}

/** As JSON, and nothing where it is nested too deeply to be written. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

/** Which quota a 429 is about, from its message, its violations and the delay it asks for. */
export function quotaCode(
  message: string,
  violations: readonly Pick<Violation, "id">[],
  details: string,
  word: string | undefined,
  retryAfterMs: number | undefined,
): FailureCode {
  const text = `${message}\n${details}`;
  const ids = violations.map(({ id }) => id).join(" ");
  if (/prepay|credits? (are|is|have been) (depleted|used up|exhausted)/i.test(text))
    return "prepay_credits_depleted";
  const zero =
    /limit['"]?:\s*0\b(?!\.)|quota_?(limit_)?value['"\\]*\s*[:=]\s*['"\\]*0['"\\]*(?![\d.])/i.test(
      text,
    );
  if (zero)
    return /per ?region|for a region|quota_location|region/i.test(text)
      ? "region_quota_zero"
      : "free_tier_limit_zero";
  if (/PerDay|Daily|per day|requests_per_day/i.test(`${ids} ${text}`)) return "quota_per_day";
  if ((retryAfterMs ?? 0) > MINUTE_DELAY_MS_MAX) return "quota_per_day";
  if (
    /(Input|Output)?Tokens?(Count)?Per(\w{0,40}Per)?Minute|token_count|tokens per minute|\bTPM\b/i.test(
      text,
    )
  )
    return "quota_tokens_per_minute";
  if (/PerMinute|per minute|requests_per_minute|RATE_LIMIT_EXCEEDED|rate limit|\bRPM\b/i.test(text))
    return "quota_per_minute";
  if (
    /error-code-429|resource exhausted\. please try again|shared|DSQ|provisioned throughput/i.test(
      text,
    )
  )
    return "shared_capacity_exhausted";
  if (word === "rate_limit_exceeded") return "quota_per_minute";
  if (word === "quota_exceeded") return "quota_per_day";
  if (/overloaded|MODEL_CAPACITY|no capacity/i.test(text)) return "model_overloaded";
  if (violations.length > 0 || retryAfterMs !== undefined) return "quota_per_minute";
  if (/check your plan|billing|insufficient_quota/i.test(text)) return "quota_plan_exhausted";
  if (/resource has been exhausted|check quota/i.test(text)) return "quota_unspecified";
  if (/quota exceeded|exceeded.{0,20}quota|too many requests/i.test(text))
    return "quota_per_minute";
  return "quota_unspecified";
}
