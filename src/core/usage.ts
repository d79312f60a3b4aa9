// Tokens: within an attempt the last count wins, because counters are running totals; over attempts
// they add up, because each attempt is paid for.
import type { GeminiUsage } from "../wire/index.ts";
import type { Usage } from "./event.ts";

export function sumUsage(last: readonly (GeminiUsage | undefined)[]): Usage | undefined {
  const sum: Usage = { prompt: 0, output: 0, thoughts: 0, cached: 0, total: 0 };
  let any = false;
  for (const usage of last) {
    if (usage?.promptTokenCount === undefined && usage?.totalTokenCount === undefined) continue;
    any = true;
    sum.prompt += usage.promptTokenCount ?? 0;
    sum.output += usage.candidatesTokenCount ?? 0;
    sum.thoughts += usage.thoughtsTokenCount ?? 0;
    sum.cached += usage.cachedContentTokenCount ?? 0;
    sum.total += usage.totalTokenCount ?? 0;
  }
  return any ? sum : undefined;
}
