// Durable streams: begun without staying, read from any cursor by any number of readers, looked at,
// listed, stopped. Whoever started one may read it; nobody else learns that it exists.
import { requestOf } from "../../core/engine.ts";
import type { StreamRequest } from "../../core/index.ts";
import type { Head, State } from "../../store/index.ts";
import { camelRequest, eventsPath } from "../../wire/index.ts";
import { Refusal } from "../refusal.ts";
import { RelaySink } from "../sinks/relay-sink.ts";
import { answerHeaders, begin, type Guest, type House, readJson, sinkOptions } from "./door.ts";

const LIST_MAX = 200;
/** A client's own patience has an end, too. */
const DEADLINE_MS_MAX = 24 * 3_600_000;
const ATTEMPTS_MAX = 20;
const PAGE_BYTES = 1024 * 1024;
const ID = /^[\w-]{8,100}$/;

/** `POST /streams` */
export async function startStream(house: House, guest: Guest): Promise<void> {
  const { model, ...body } = await readJson(guest, house.settings.bodyBytesMax);
  if (typeof model !== "string" || !/^(?:models\/)?[\w.-]{1,128}$/.test(model))
    throw new Refusal("request_invalid", "model: expected a name such as gemini-3.6-flash");
  const name = model.replace(/^models\//, "");
  if (!house.warden.mayUse(guest.client, name))
    throw new Refusal("model_not_allowed", `The gateway does not offer ${name}.`);
  const asked = { ...camelRequest(body), model: name } as StreamRequest;
  const { request } = requestOf(asked);
  const { deadlineMs, maxAttempts, resume } = asked;
  if ((deadlineMs ?? 0) > DEADLINE_MS_MAX || (maxAttempts ?? 0) > ATTEMPTS_MAX)
    throw new Refusal(
      "request_invalid",
      `deadlineMs: at most ${DEADLINE_MS_MAX}; maxAttempts: at most ${ATTEMPTS_MAX}`,
    );
  const { head, created } = await begin(house, guest, "streams", {
    model: name,
    request,
    version: house.settings.apiVersion,
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(resume !== undefined && { resume }),
  });
  answer(guest, created ? 201 : 200, { ...shown(head), events: eventsPath(head.id) }, head.id);
}

/** `GET /streams/:id/events` */
export async function readEvents(house: House, guest: Guest): Promise<void> {
  const head = await headOf(house, guest);
  const after = cursorOf(guest);
  const sink = new RelaySink({
    ...sinkOptions(house, guest, head.id),
    onReady: () => reader.ready(),
  });
  // Nothing will come on a stream that was read to its end; EventSource understands 204 as: stay away.
  if (head.state !== "live" && after >= head.lastSeq) return answer(guest, 204, undefined, head.id);
  const reader = house.streams.follow(head.id, guest.client.name, after, sink);
  guest.exchange.onLeave(() => reader.close());
  if (!reader.isDone) sink.open();
}

/** `GET /streams/:id` */
export async function lookAtStream(house: House, guest: Guest): Promise<void> {
  const head = await headOf(house, guest);
  let text = "";
  let end: unknown;
  for (let after = -1; ; ) {
    const page = await house.log.read(head.id, after, PAGE_BYTES);
    const last = page?.entries.at(-1);
    if (!page || !last) break;
    for (const entry of page.entries) {
      if (entry.type === "chunk") text += textOf(entry.json);
      else if (entry.type === head.state) end = JSON.parse(entry.json);
    }
    after = last.seq;
  }
  answer(guest, 200, { ...shown(head), text, ...(end !== undefined && { end }) }, head.id);
}

/** `POST /streams/:id/stop` */
export async function stopStream(house: House, guest: Guest): Promise<void> {
  const head = await headOf(house, guest);
  const asked = head.state === "live" && (await house.streams.stop(head.id));
  answer(guest, asked ? 202 : 200, { id: head.id, state: head.state, stopping: asked }, head.id);
}

/** `DELETE /streams/:id` */
export async function removeStream(house: House, guest: Guest): Promise<void> {
  const head = await headOf(house, guest);
  if (head.state === "live")
    throw new Refusal("conflict", "The stream is still running; stop it first.");
  await house.log.remove(head.id);
  answer(guest, 204, undefined, undefined);
}

/** `GET /streams` */
export async function listStreams(house: House, guest: Guest): Promise<void> {
  const { query, client } = guest;
  const limit = Math.min(LIST_MAX, Math.max(1, Math.floor(Number(query.get("limit"))) || 50));
  const before = Number(query.get("before"));
  const state = query.get("state");
  const all = client.operator && query.get("all") === "true";
  const heads = await house.log.list({
    limit,
    ...(!all && { client: client.name }),
    ...(before > 0 && { beforeMs: before }),
    ...(state && { state: state as State | "ended" }),
  });
  answer(guest, 200, { streams: heads.map(shown) }, undefined);
}

async function headOf(house: House, guest: Guest): Promise<Head> {
  const { id = "" } = guest.params;
  const head = ID.test(id) ? await house.log.head(id) : undefined;
  const mine = head && (head.client === guest.client.name || guest.client.operator);
  if (!mine) throw new Refusal("stream_not_found");
  return head;
}

function shown(head: Head) {
  const { id, state, model, door, client, startedAtMs, endedAtMs, lastSeq, bytes } = head;
  return { id, state, model, door, client, startedAtMs, endedAtMs, lastSeq, bytes };
}

function cursorOf({ query, exchange }: Guest): number {
  const given = query.get("after") ?? exchange.headers["last-event-id"];
  if (given === undefined || given === null || given === "") return -1;
  const after = Number(given);
  if (!Number.isSafeInteger(after) || after < -1)
    throw new Refusal("request_invalid", "after: expected the seq of an event, or -1");
  return after;
}

function textOf(json: string): string {
  const { chunk } = JSON.parse(json) as {
    chunk: {
      candidates?: {
        index?: number;
        content?: { parts?: { text?: string; thought?: boolean }[] };
      }[];
    };
  };
  const parts = chunk.candidates?.[0]?.content?.parts ?? [];
  return parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
}

function answer(guest: Guest, status: number, body: unknown, streamId: string | undefined): void {
  const headers = {
    ...answerHeaders(guest.requestId, streamId),
    "content-type": "application/json; charset=UTF-8",
  };
  guest.onAnswered(status);
  guest.exchange.reply(status, headers, body === undefined ? "" : `${JSON.stringify(body)}\n`);
}
