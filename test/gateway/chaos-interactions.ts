// How a client of the Interactions API meets the gateway in the chaos run: stored, in the background or
// not kept, streamed or whole, leaving and coming back with the last event's id.
import type { Run } from "../scenarios/chaos.ts";

const READS_MAX = 300;

export interface Told {
  /** The visible text, as the client put it together. */
  text: string;
  /** Whether the client was told that the answer is whole. */
  whole: boolean;
  /** What it was told otherwise. */
  said: string;
  wrong: string[];
  reads?: number;
}

interface Event {
  event_type: string;
  event_id?: string;
  index?: number;
  step?: { type: string };
  delta?: { type: string; text?: string };
  error?: { code?: string; message?: string };
  interaction?: { id?: string; status?: string };
}

interface Resource {
  id?: string;
  status?: string;
  error?: { code?: string; message?: string };
  steps?: { type: string; content?: { type: string; text?: string }[] }[];
}

interface InteractionRun {
  url: string;
  run: Run;
  headers: Record<string, string>;
  random: () => number;
}

/** No fault may make the last event come early: nobody could tell that from the end. */
function scenarioOf({ scenario }: Run): string {
  return scenario.replace(/finish-early( always)?/g, "comments");
}

/** Each run asks for something else; the simulator's ids begin with what was asked for. */
export function createdTwice(all: readonly { id: string; hop: boolean }[]): string[] {
  const counts = new Map<string, number>();
  for (const { id, hop } of all) {
    const asked = atob(id.replace("v1_", "")).replace(/:\d+$/, "");
    if (!hop) counts.set(asked, (counts.get(asked) ?? 0) + 1);
  }
  return [...counts].flatMap(([asked, count]) =>
    count > 1 ? [`${count} interactions were created of ${asked}`] : [],
  );
}

export async function tellInteraction({
  url,
  run,
  headers,
  random,
}: InteractionRun): Promise<Told> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const kept = pick(["stored", "stored", "background", "stateless"]);
  const streamed = random() < 0.7;
  const { contents: input, model } = run.request;
  const config = (run.request.generationConfig ?? {}) as Record<string, unknown>;
  const response = await fetch(`${url}/v1beta/interactions`, {
    method: "POST",
    headers: { ...headers, "x-sim": scenarioOf(run) },
    body: JSON.stringify({
      model,
      input,
      stream: streamed,
      ...(kept === "background" && { background: true }),
      ...(kept === "stateless" && { store: false }),
      ...(config.responseMimeType !== undefined && {
        response_mime_type: config.responseMimeType,
      }),
      ...(config.thinkingConfig !== undefined && {
        generation_config: { thinking_summaries: "auto" },
      }),
    }),
  });
  const stream = response.headers.get("x-pollux-stream") ?? "";
  if (response.status !== 200) return refused(response.status, await response.text());
  if (!streamed && kept !== "background") return whole((await response.json()) as Resource);
  const leaves = kept === "stateless" ? 0.05 : 0.7;
  const reading = new Reading(url, stream, () =>
    random() < leaves ? Math.floor(random() * 6) : Number.POSITIVE_INFINITY,
  );
  if (streamed) await reading.take(response);
  else await response.body?.cancel();
  return reading.rest();
}

class Reading {
  private readonly url: string;
  private readonly stream: string;
  private readonly patience: () => number;
  private readonly events: Event[] = [];
  private readonly wrong: string[] = [];
  private reads = 0;

  constructor(url: string, stream: string, patience: () => number) {
    this.url = url;
    this.stream = stream;
    this.patience = patience;
  }

  async take(response: Response): Promise<void> {
    this.reads += 1;
    let more = this.patience();
    try {
      for await (const event of eventsIn(response)) {
        this.events.push(event);
        if (more-- <= 0) return;
      }
    } catch (error) {
      this.wrong.push(`the connection broke: ${error}`);
    }
    if (!this.isOver) this.wrong.push(`it ended without a word after ${this.events.length}`);
  }

  async rest(): Promise<Told> {
    while (!this.isOver && this.wrong.length === 0 && this.reads < READS_MAX) {
      const response = await this.get(this.events.at(-1)?.event_id);
      if (response.status !== 200) return refused(response.status, await response.text());
      await this.take(response);
    }
    if (!this.isOver) this.wrong.push("no last event");
    else await this.judge();
    const { events, wrong, reads } = this;
    const last = events.at(-1);
    const said = last?.interaction?.status ?? last?.error?.code ?? "nothing";
    return { text: events.map(textOf).join(""), whole: said === "completed", said, wrong, reads };
  }

  private get isOver(): boolean {
    const last = this.events.at(-1);
    return last?.event_type === "interaction.completed" || last?.event_type === "error";
  }

  private get(last_event_id?: string): Promise<Response> {
    const query = new URLSearchParams({ stream: "true", ...(last_event_id && { last_event_id }) });
    return fetch(`${this.url}/v1beta/interactions/${this.stream}?${query}`);
  }

  /** Each event once and in order: the same as for a reader who never left. */
  private async judge(): Promise<void> {
    const again: Event[] = [];
    const response = await this.get();
    // Where nothing but the error was told, the error is the status.
    if (response.status === 200) for await (const event of eventsIn(response)) again.push(event);
    else if (this.events.some(({ event_type: type }) => type !== "error"))
      this.wrong.push(`read again: status ${response.status}`);
    if (again.length > 0 && JSON.stringify(again) !== JSON.stringify(this.events))
      this.wrong.push(
        `read in ${this.reads} pieces: ${JSON.stringify(this.events)}, at once: ${JSON.stringify(again)}`,
      );
    this.wrong.push(...shapeOf(this.events));
  }
}

/** What must be so in any telling of an interaction. */
function shapeOf(events: readonly Event[]): string[] {
  const wrong: string[] = [];
  const open = new Set<number>();
  let next = 0;
  let created = 0;
  for (const { event_type: type, index = -1, event_id: id } of events) {
    if (id === undefined) wrong.push(`${type} has no id`);
    if (type === "interaction.created") created += 1;
    if (type === "step.start") {
      if (index !== next) wrong.push(`step ${index} begins where ${next} should`);
      next = index + 1;
      open.add(index);
    }
    if (type === "step.delta" && !open.has(index)) wrong.push(`a piece of step ${index}`);
    if (type === "step.stop" && !open.delete(index)) wrong.push(`an end of step ${index}`);
  }
  if (created > 1) wrong.push(`${created} times created`);
  return wrong;
}

function refused(status: number, text: string): Told {
  const { error } = JSON.parse(text) as Resource;
  const named = typeof error?.code === "string" && error.message;
  const wrong = named && status >= 400 ? [] : [`status ${status}: ${text.slice(0, 200)}`];
  return { text: "", whole: false, said: `status ${status}`, wrong };
}

function whole({ status = "", steps = [] }: Resource): Told {
  const said = steps.flatMap(({ type, content = [] }) => (type === "model_output" ? content : []));
  const text = said.map((block) => block.text ?? "").join("");
  const wrong = status === "" ? ["no status"] : [];
  return { text, whole: status === "completed", said: status, wrong };
}

function textOf({ delta }: Event): string {
  return delta?.type === "text" ? (delta.text ?? "") : "";
}

async function* eventsIn(response: Response): AsyncGenerator<Event> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true });
    for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
      const data = /^data: (.*)$/m.exec(text.slice(0, at))?.[1];
      text = text.slice(at + 2);
      if (data && data !== "[DONE]") yield JSON.parse(data) as Event;
    }
  }
}
