// What a proof is, and the ground it stands on: a path to be proven, and a stubbed dependency.

/** An answer of the path, with what it was asked under. */
export interface Said {
  requestId: string;
  status: number;
  headers: Headers;
  text: string;
  firstMs?: number;
  ms: number;
  /** The connection broke instead. */
  broke?: string;
}

/** What is to be proven: a gateway, and what may be seen of it. */
export interface Ground {
  /** A gateway in front of whatever is to be proven. */
  url: string;
  model: string;
  headers: Readonly<Record<string, string>>;
  fetch: typeof globalThis.fetch;
  /** Everything that was logged since the beginning, where it can be seen. */
  log?(): string;
  /** The same gateway in front of something that always fails, with how often it was asked. */
  stub?: {
    url: string;
    attemptsMax: number;
    arrived(): number;
    log(): string;
  };
  /** Values that must show nowhere. */
  secrets: readonly string[];
  now(): number;
  timeoutMs: number;
}

/** What one proof showed. */
export interface Proof {
  id: string;
  title: string;
  status: "ok" | "problem" | "skipped";
  /** What was seen, in one line. */
  value: string;
  fix?: string;
  ms: number;
}

export type Outcome = Pick<Proof, "status" | "value" | "fix">;

export const holds = (value: string): Outcome => ({ status: "ok", value });
export const fails = (value: string, fix: string): Outcome => ({ status: "problem", value, fix });
export const skips = (value: string): Outcome => ({ status: "skipped", value });

const TEXT_CHARS_MAX = 1_000_000;

export async function say(
  ground: Ground,
  path: string,
  body?: unknown,
  url = ground.url,
): Promise<Said> {
  const requestId = `verify-${crypto.randomUUID()}`;
  const began = ground.now();
  try {
    const response = await ground.fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...ground.headers,
        "x-request-id": requestId,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ground.timeoutMs),
      redirect: "manual",
    });
    const { status, headers } = response;
    let text = "";
    let firstMs: number | undefined;
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) {
      firstMs ??= ground.now() - began;
      if (text.length < TEXT_CHARS_MAX) text += decoder.decode(piece, { stream: true });
    }
    const ms = ground.now() - began;
    return { requestId, status, headers, text, ms, ...(firstMs !== undefined && { firstMs }) };
  } catch (error) {
    const broke = error instanceof Error ? error.message : String(error);
    const ms = ground.now() - began;
    return { requestId, status: 0, headers: new Headers(), text: "", ms, broke };
  }
}
