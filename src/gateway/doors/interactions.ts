// Google's Interactions API. What is created becomes a stream of the log; its readers come and go with
// the ids of its events. What only Google knows is asked there.

import { isStreamError } from "../../core/index.ts";
import { type InteractRequest, sortedOut } from "../../core/interactions.ts";
import type { Head } from "../../store/index.ts";
import type { Interaction, InteractionRequest } from "../../wire/interactions.ts";
import { type Name, nameOf, type Place, readName, readPlace, START } from "../interactions/name.ts";
import { viaOf } from "../kept.ts";
import { Refusal } from "../refusal.ts";
import type { Route } from "../route.ts";
import { type InteractionForm, InteractionSink } from "../sinks/interaction-sink.ts";
import { answerHeaders, begin, type Guest, type House, readJson, sinkOptions } from "./door.ts";

const VERSION = /^v1(?:alpha|beta)?\d*$/;
const MODEL = /^(?:models\/)?([\w.-]{1,128})$/;
const PAGE_BYTES = 64 * 1024;
/** Streams that read what somebody else created have no model that anybody told. */
const UNTOLD = "interaction";
/** What `pollux.interact` takes beside the API's own fields; of a client it is no more than unknown. */
const RESERVED = [
  ...["interaction", "lastEventId", "mayCreateTwice", "onStop", "signal", "deadlineMs"],
  ...["maxAttempts", "resume", "pace", "clocks"],
];

interface Door {
  method: Route["method"];
  pattern: string;
  run(house: House, guest: Guest): Promise<void>;
}

const BASES = [
  "/:version/interactions",
  "/interactions",
  // As clients of Vertex ask; where it is, is the gateway's business.
  "/:vertex/projects/:project/locations/:location/interactions",
];

export const interactionRoutes: readonly Door[] = BASES.flatMap((base): Door[] => [
  { method: "POST", pattern: base, run: create },
  { method: "GET", pattern: `${base}/:id`, run: look },
  { method: "DELETE", pattern: `${base}/:id`, run: remove },
  { method: "POST", pattern: `${base}/:id/cancel`, run: cancel },
]);

async function create(house: House, guest: Guest): Promise<void> {
  const version = versionOf(house, guest);
  const { stream, ...body } = await readJson(guest, house.settings.bodyBytesMax);
  for (const name of RESERVED)
    if (name in body) throw new Refusal("request_invalid", `Unknown parameter: ${name}.`);
  const asked: InteractionRequest = body;
  checkRequest(asked);
  const model = MODEL.exec(asked.model ?? asked.agent ?? "")?.[1];
  if (!model)
    throw new Refusal("request_invalid", "model: expected a name such as gemini-3.6-flash");
  if (!house.warden.mayUse(guest.client, model))
    throw new Refusal("model_not_allowed", `The gateway does not offer ${model}.`);
  const via = await beforeOf(house, guest, asked);
  const { head } = await begin(house, guest, "interactions", {
    model,
    request: { contents: [] },
    version,
    interact: asked as InteractRequest,
    ...(via !== undefined && { via }),
  });
  const unary = asked.background === true ? "begun" : "whole";
  follow(house, guest, {
    shape: stream === true ? "stream" : unary,
    after: START,
    stream: head.id,
    attached: false,
    stored: asked.store !== false,
  });
}

/** The resource, or with `stream=true` its events. */
async function look(house: House, guest: Guest): Promise<void> {
  const { query } = guest;
  const name = readName(guest.params.id ?? "");
  const head = await headOf(house, guest, name);
  if (query.get("stream") !== "true") {
    if (head && name.google === "") return lookAtKept(house, guest, head);
    const input = query.get("include_input") === "true" ? "?include_input=true" : "";
    return pass(house, guest, { name, head, path: input, method: "GET" });
  }
  const cursor = query.get("last_event_id") || guest.exchange.headers["last-event-id"];
  const place = cursor ? readPlace(cursor) : undefined;
  // A place may be of another stream than the name: one that read on what the first gave up.
  const { stream: other } = place ?? {};
  const held = other ? await headOf(house, guest, { ...name, stream: other }) : head;
  if (!held || goesOnAtGoogle(held, name, place))
    return attach(house, guest, name, cursor, held && (await wayOf(house, held.id)));
  const after = cursor ? place : START;
  if (!after) throw new Refusal("request_invalid", `Unknown event id ${cursor}.`);
  const form = { shape: "stream", after, stream: held.id, attached: other !== undefined } as const;
  follow(house, guest, { ...form, stored: false }, true);
}

/** The gateway gave it up and has said so; Google may have gone on with it. */
function goesOnAtGoogle({ state, lastSeq }: Head, { google }: Name, place?: Place): boolean {
  if (google === "" || place?.google === undefined || place.seq < lastSeq - 1) return false;
  return state === "failed" || state === "stopped";
}

/** What was not created here, or is no longer kept here, is read from Google as a stream of its own. */
async function attach(
  house: House,
  guest: Guest,
  name: Name,
  cursor: string | undefined,
  via: string | undefined,
): Promise<void> {
  if (name.google === "") throw new Refusal("interaction_not_found");
  const place = cursor === undefined ? undefined : readPlace(cursor);
  if (place && place.google === undefined)
    throw new Refusal("stream_expired", "The events up to this one are no longer kept.");
  const lastEventId = place ? place.google : cursor;
  const { head } = await begin(house, guest, "interactions", {
    model: UNTOLD,
    request: { contents: [] },
    version: versionOf(house, guest),
    interact: {
      interaction: name.google,
      onStop: "leave",
      ...(lastEventId !== undefined && { lastEventId }),
    },
    ...(via !== undefined && { via }),
  });
  const form = { shape: "stream", after: START, stream: head.id } as const;
  follow(house, guest, { ...form, attached: true, stored: false });
}

/** What Google does not keep: the log does. */
function lookAtKept(house: House, guest: Guest, head: Head): void {
  const live = head.state === "live";
  const shape = live ? "begun" : "whole";
  const form = { shape, after: START, stream: head.id } as const;
  follow(house, guest, { ...form, attached: false, stored: false });
}

async function remove(house: House, guest: Guest): Promise<void> {
  const name = readName(guest.params.id ?? "");
  const head = await headOf(house, guest, name);
  if (name.google !== "" || !head)
    await pass(house, guest, { name, head, path: "", method: "DELETE" });
  else answer(guest, 200, {});
  // A refusal was thrown; a run that is under way is not ended by this, only its events are gone.
  if (head) await house.log.remove(head.id);
}

async function cancel(house: House, guest: Guest): Promise<void> {
  const name = readName(guest.params.id ?? "");
  const head = await headOf(house, guest, name);
  if (head && name.google === "")
    throw new Refusal("request_invalid", "Only what runs in the background can be cancelled.");
  await pass(house, guest, { name, head, path: "/cancel", method: "POST" });
  // Its readers are told at once, whenever Google ends the body.
  if (head?.state === "live") await house.streams.stop(head.id);
}

/** One plain call to Google, by the way that led there, with the names as the client knows them. */
async function pass(
  house: House,
  guest: Guest,
  {
    name,
    head,
    path,
    method,
  }: { name: Name; head: Head | undefined; path: string; method: "GET" | "POST" | "DELETE" },
): Promise<void> {
  if (name.google === "") throw new Refusal("interaction_not_found");
  const headers: Record<string, string> = { "x-request-id": guest.requestId };
  for (const [key, value] of Object.entries(guest.exchange.headers))
    if (value !== undefined && house.settings.passOn(key)) headers[key] = value;
  const reply = await house.upstream.ask(`interactions/${encodeURIComponent(name.google)}${path}`, {
    method,
    version: versionOf(house, guest),
    headers,
    via: head && (await wayOf(house, head.id)),
  });
  if (reply.problem) throw new Refusal(reply.problem);
  const told = parsed(reply.body);
  if (typeof told.id === "string" && name.stream) told.id = nameOf(told.id, name.stream);
  answer(guest, 200, told, name.stream);
}

function parsed(body: string): Interaction {
  try {
    return (body.trim() === "" ? {} : JSON.parse(body)) as Interaction;
  } catch {
    throw new Refusal("frame_malformed", "What Google answered is not JSON.");
  }
}

function follow(
  house: House,
  guest: Guest,
  form: Omit<InteractionForm, "onOver">,
  opens = false,
): void {
  // It may be over before there is a reader.
  const onOver = () => queueMicrotask(() => reader.close());
  const sink = new InteractionSink(
    { ...form, onOver },
    { ...sinkOptions(house, guest, form.stream), onReady: () => reader.ready() },
  );
  // What came before is followed too: it says where each step of the client's stands.
  const reader = house.streams.follow(form.stream, guest.client.name, -1, sink);
  guest.exchange.onLeave(() => reader.close());
  if (opens && !reader.isDone) sink.open();
}

/** The stream of this name, if it is kept and whoever asks may read it. */
async function headOf(house: House, guest: Guest, { stream }: Name): Promise<Head | undefined> {
  const head = stream === undefined ? undefined : await house.log.head(stream);
  if (!head) return undefined;
  const mine = head.client === guest.client.name || guest.client.operator;
  if (!mine || head.door !== "interactions") throw new Refusal("interaction_not_found");
  return head;
}

/** Puts Google's own id in the place of the client's; by the same way as the one before it. */
async function beforeOf(
  house: House,
  guest: Guest,
  asked: InteractionRequest,
): Promise<string | undefined> {
  const before = asked.previous_interaction_id;
  if (typeof before !== "string" || before === "") return undefined;
  const name = readName(before);
  const head = await headOf(house, guest, name);
  if (name.google === "")
    throw new Refusal("interaction_not_found", "The interaction before this one was not stored.");
  asked.previous_interaction_id = name.google;
  return head && wayOf(house, head.id);
}

/** The way by which its interaction was created stands with the first word of it. */
async function wayOf(house: House, id: string): Promise<string | undefined> {
  const page = await house.log.read(id, -1, PAGE_BYTES);
  for (const entry of page?.entries ?? []) {
    const via = viaOf(entry);
    if (via !== undefined) return via;
  }
  return undefined;
}

function checkRequest(body: InteractionRequest): void {
  try {
    sortedOut(body as InteractRequest);
  } catch (error) {
    if (isStreamError(error)) throw new Refusal(error.failure);
    throw error;
  }
}

function versionOf(house: House, { params }: Guest): string {
  const { version = house.settings.apiVersion } = params;
  if (!VERSION.test(version)) throw new Refusal("route_not_found");
  return version;
}

function answer(guest: Guest, status: number, body: unknown, streamId?: string): void {
  const headers = {
    ...answerHeaders(guest.requestId, streamId),
    "content-type": "application/json; charset=UTF-8",
  };
  guest.onAnswered(status);
  guest.exchange.reply(status, headers, `${JSON.stringify(body, null, 2)}\n`);
}
