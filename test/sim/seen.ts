// One reading of an answer that misbehaves: what came, in which packets, and how it ended.
import { chunksIn, MODEL, said, simulated, textIn, truthOf } from "./ask.ts";

export const CONTENTS = [said("Write a story about a brave knight")];
export const BODY = { contents: CONTENTS };

export interface Seen {
  status: number;
  type: string;
  body: string;
  packets: number[];
  /** `message` and `cause.code` of what was thrown, by the fetch or by the body. */
  error?: string;
  ms: number;
  outcome: string | undefined;
}

/** Reads an answer to its end, or for so long. */
export async function seen(
  scenario: string,
  how: { verb?: string; waitMs?: number } = {},
): Promise<Seen> {
  const { sim, clock, ask } = simulated({ scenario });
  const stop = new AbortController();
  const out: Seen = { status: 0, type: "", body: "", packets: [], ms: 0, outcome: "" };
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  if (how.waitMs) clock.setTimer(() => stop.abort(), how.waitMs);
  try {
    const query = how.verb ? "" : "?alt=sse";
    const response = await ask(BODY, {
      signal: stop.signal,
      query,
      ...(how.verb && { verb: how.verb }),
    });
    out.status = response.status;
    out.type = response.headers.get("content-type") ?? "";
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (;;) {
      const { done, value } = await clock.run(reader.read());
      if (done) break;
      out.packets.push(value.length);
      out.body += utf8.decode(value, { stream: true });
    }
    out.body += utf8.decode();
  } catch (thrown) {
    const { name, message, cause } = thrown as Error & { cause?: { code?: string } };
    out.error = name === "AbortError" ? name : `${message} ${cause?.code ?? ""}`.trim();
  }
  out.ms = clock.now();
  out.outcome = sim.journal.at(-1)?.outcome;
  return out;
}

export const truth = () => truthOf(simulated().sim, MODEL, CONTENTS);
export const text = (one: Seen) => textIn(chunksIn(one.body));
