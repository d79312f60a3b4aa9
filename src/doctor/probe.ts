// The requests of the checks: the smallest unary one, the smallest stream, with when each piece came.
import {
  classifyErrorBody,
  classifyResponse,
  classifyThrown,
  type Failure,
  failure,
} from "../core/failures.ts";
import { type Frame, finishWord, type GeminiChunk, SseDecode } from "../wire/index.ts";
import type { Scene } from "./checks/check.ts";
import { EXCHANGES_MAX, exchangeOf, type Told } from "./exchange.ts";
import type { Reply, StreamSeen } from "./seen.ts";

const BODY_CHARS_MAX = 4 * 1024 * 1024;
const CHUNKS_MAX = 10_000;

/** Said by all requests of the doctor, so that they can be found in logs. */
const AGENT = "pollux-doctor";

export async function ask(
  scene: Scene,
  path: string,
  body?: unknown,
): Promise<{ reply?: Reply; failure?: Failure }> {
  const requestId = crypto.randomUUID();
  const began = scene.world.now();
  const seen = await askPlainly(scene, path, body, requestId);
  const { reply, failure } = seen;
  const told = jsonOf(reply?.body ?? "") as GeminiChunk | undefined;
  record(scene, path, requestId, {
    body,
    ...(reply && { status: reply.status, headers: reply.headers }),
    ...(told?.responseId && { responseId: told.responseId }),
    ...(told?.modelVersion && { modelVersion: told.modelVersion }),
    ...(failure && { code: failure.code, error: reply?.body || failure.message }),
    ms: scene.world.now() - began,
  });
  return seen;
}

async function askPlainly(
  scene: Scene,
  path: string,
  body: unknown,
  requestId: string,
): Promise<{ reply?: Reply; failure?: Failure }> {
  const { world } = scene;
  const began = world.now();
  try {
    const response = await scene.fetch(urlOf(scene, path), init(scene, body, requestId));
    const text = (await response.text()).slice(0, BODY_CHARS_MAX);
    const { status, headers } = response;
    const reply = { status, headers, body: text, ms: world.now() - began };
    if (status >= 300 && status < 400)
      return {
        reply,
        failure: failure(
          "redirect_refused",
          `redirected to ${headers.get("location") ?? "nowhere"}`,
        ),
      };
    if (status >= 400 || jsonOf(text) === undefined)
      return { reply, failure: classifyResponse({ status, headers, body: text }) };
    return { reply };
  } catch (error) {
    return { failure: thrown(scene, error) };
  }
}

function record(scene: Scene, path: string, requestId: string, told: Told): void {
  const { known, target, check } = scene;
  if (known.exchanges.length >= EXCHANGES_MAX) return;
  const secrets = target.key ? [target.key] : [];
  known.exchanges.push(exchangeOf({ check, path, requestId, secrets }, told));
}

export function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Asks for a short answer as a stream and notes when its pieces come. */
export async function watchStream(scene: Scene, path: string, body: unknown): Promise<StreamSeen> {
  const requestId = crypto.randomUUID();
  const began = scene.world.now();
  const seen: StreamSeen = { atMs: [], chars: 0, usage: false, totalMs: 0, stalled: false };
  let response: Response | undefined;
  try {
    response = await scene.fetch(urlOf(scene, path), init(scene, body, requestId));
    const encoding = response.headers.get("content-encoding");
    if (encoding && encoding !== "identity") seen.compressed = encoding;
    const { status, headers } = response;
    const type = headers.get("content-type") ?? "";
    if (status === 200 && response.body && !/html|application\/json/i.test(type))
      await readStream(scene, response.body, seen, began);
    else {
      seen.body = (await response.text()).slice(0, BODY_CHARS_MAX);
      seen.failure =
        status === 200 && !/html/i.test(type)
          ? failure(
              "wrong_endpoint_for_streaming",
              "a unary answer came where a stream was asked for",
            )
          : classifyResponse({ status, headers, body: seen.body });
    }
  } catch (error) {
    // Silence in the middle of an answer is another thing than no answer.
    seen.stalled = scene.signal.aborted && seen.atMs.length > 0;
    seen.failure ??= thrown(scene, error);
  }
  seen.totalMs = scene.world.now() - began;
  const { failure: problem, atMs, chars, finishReason, responseId, modelVersion } = seen;
  record(scene, path, requestId, {
    body,
    ...(response && { status: response.status, headers: response.headers }),
    ...(responseId && { responseId }),
    ...(modelVersion && { modelVersion }),
    ...(problem && { code: problem.code, error: seen.body ?? problem.message }),
    chunks: atMs.length,
    chars,
    ...(finishReason && { finishReason }),
    ...(atMs[0] !== undefined && { firstMs: atMs[0] }),
    ms: seen.totalMs,
  });
  return seen;
}

async function readStream(
  scene: Scene,
  body: ReadableStream<Uint8Array>,
  seen: StreamSeen,
  began: number,
): Promise<void> {
  const decode = new SseDecode();
  const reader = body.getReader();
  for (let reads = 0; reads < CHUNKS_MAX; reads += 1) {
    const { done, value } = await reader.read();
    const frames: Frame[] = [];
    if (done) decode.end(frames);
    else decode.push(value, frames);
    for (const frame of frames) {
      const chunk = jsonOf(frame.data);
      if (frame.kind !== "junk" && chunk)
        note(seen, chunk as GeminiChunk, scene.world.now() - began);
    }
    if (done) break;
  }
}

function note(seen: StreamSeen, chunk: GeminiChunk, atMs: number): void {
  if (chunk.error) {
    seen.failure = classifyErrorBody(chunk);
    seen.body = JSON.stringify({ error: chunk.error });
  }
  if (chunk.responseId) seen.responseId = chunk.responseId;
  if (chunk.modelVersion) seen.modelVersion = chunk.modelVersion;
  seen.atMs.push(atMs);
  const candidate = chunk.candidates?.[0];
  for (const part of candidate?.content?.parts ?? []) seen.chars += part.text?.length ?? 0;
  const finish = finishWord(candidate?.finishReason);
  if (finish !== undefined) seen.finishReason = finish;
  if (chunk.usageMetadata) seen.usage = true;
}

/** What a model is, and which there are, Vertex tells elsewhere than it answers. */
function urlOf({ apiUrl, target }: Scene, path: string): string {
  const isList = /^models(\/[^/:?]+)?(\?|$)/.test(path);
  return `${apiUrl}/${isList ? target.listedAt : target.modelsAt}/${path}`;
}

function init(scene: Scene, body: unknown, requestId: string): RequestInit {
  const { bearer, simulated } = scene.target;
  const key = simulated ? "simulated" : (scene.target.key ?? "");
  return {
    method: body === undefined ? "GET" : "POST",
    headers: {
      "user-agent": AGENT,
      "x-request-id": requestId,
      ...(bearer ? { authorization: `Bearer ${key}` } : { "x-goog-api-key": key }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    redirect: "manual",
    signal: scene.signal,
  };
}

function thrown(scene: Scene, error: unknown): Failure {
  return scene.signal.aborted
    ? failure("headers_timeout", "no answer in time")
    : classifyThrown(error);
}
