// Asks a simulator as a bare client would: no library of ours between the test and the bytes.
import { createSim, type Sim, type SimOptions } from "../../src/sim/index.ts";
import type { GeminiChunk, GeminiRequest } from "../../src/wire/index.ts";
import { FakeClock } from "../fake-clock.ts";

export const KEY = "AIzaCanaryKeyForTests0000000000000000000";
export const MODEL = "gemini-3.6-flash";

export function said(text: string, role = "user") {
  return { role, parts: [{ text }] };
}

interface Asked {
  model?: string;
  verb?: string;
  query?: string;
  version?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  redirect?: RequestRedirect;
}

/** A simulator with its own clock; `ask` sends a request, `read` gives its whole body. */
export function simulated(options: SimOptions = {}) {
  const clock = new FakeClock();
  const sim = createSim({ clock, ...options });
  const ask = (body: unknown, how: Asked = {}): Promise<Response> => {
    const {
      model = MODEL,
      verb = "streamGenerateContent",
      query = "?alt=sse",
      version = "/v1beta",
    } = how;
    const { signal, redirect } = how;
    return clock.run(
      sim.fetch(`https://gemini.test${version}/models/${model}:${verb}${query}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-goog-api-key": KEY, ...how.headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...(signal && { signal }),
        ...(redirect && { redirect }),
      }),
    );
  };
  const read = async (body: unknown, how?: Asked): Promise<string> => {
    const response = await ask(body, how);
    return clock.run(response.text());
  };
  const get = (path: string, init: RequestInit = {}) =>
    clock.run(
      sim.fetch(`https://gemini.test${path}`, { headers: { "x-goog-api-key": KEY }, ...init }),
    );
  return { sim, clock, ask, read, get };
}

/** The chunks of a body in the API's own SSE framing. */
export function chunksIn(body: string): GeminiChunk[] {
  return body
    .split("\r\n\r\n")
    .filter((event) => event.startsWith("data: "))
    .map((event) => JSON.parse(event.slice("data: ".length)) as GeminiChunk);
}

export function textIn(chunks: readonly GeminiChunk[], index = 0): string {
  return chunks
    .flatMap((chunk) => chunk.candidates ?? [])
    .filter((candidate) => (candidate.index ?? 0) === index)
    .flatMap((candidate) => candidate.content?.parts ?? [])
    .map((part) => (part.thought ? "" : (part.text ?? "")))
    .join("");
}

export function finishIn(chunks: readonly GeminiChunk[]) {
  return chunks.at(-1)?.candidates?.[0]?.finishReason;
}

export function truthOf(sim: Sim, model: string, contents: GeminiRequest["contents"]): string {
  return sim.truth(model, { contents });
}
