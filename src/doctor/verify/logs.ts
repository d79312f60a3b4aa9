// The log: it names what was asked under which id, and it holds no secret.
import { redact } from "../../core/failures.ts";
import { CANARY } from "./bad.ts";
import type { Traces } from "./good.ts";
import { fails, type Ground, holds, type Outcome, skips } from "./proof.ts";

export async function logsTell({ log }: Ground, { said }: Traces): Promise<Outcome> {
  if (!log) return skips("the log cannot be seen from here; give it with --log FILE");
  const text = log();
  const asked = said.filter(({ status }) => status === 200);
  const missing = asked.find(({ requestId }) => !text.includes(requestId));
  if (asked.length === 0) return skips("nothing was answered, so nothing had to be logged");
  return missing
    ? fails(
        `no line of the log names ${missing.requestId}`,
        "Set log.level to info or lower, and pass x-request-id on.",
      )
    : holds(`${asked.length} of ${asked.length} answers can be found by their id`);
}

export async function logsHide({ log, stub, secrets }: Ground): Promise<Outcome> {
  if (!log) return skips("the log cannot be seen from here; give it with --log FILE");
  const text = log() + (stub?.log() ?? "");
  const lines = text.split("\n").filter((line) => line !== "");
  const leak = lines.findIndex((line) => redact(line, [...secrets, CANARY]) !== line);
  return leak >= 0
    ? fails(`line ${leak + 1} holds a secret`, "Replace that key; turn log.content off.")
    : holds(`${lines.length} lines, no secret in them`);
}
