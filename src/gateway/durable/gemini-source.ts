// An answer of Gemini's, which lives in the log, as a stream of JSON that clients may read: one message an
// event, as at /streams/{id}/events.
import type { StreamLog } from "../../store/index.ts";
import type { Client } from "../warden.ts";
import { notFound } from "./declined.ts";
import type { Part, Source, View } from "./source.ts";

const ID = /^[\w-]{8,100}$/;
const encoder = new TextEncoder();

export class GeminiSource implements Source {
  private readonly log: StreamLog;
  private readonly id: string;
  private readonly client: Client;

  constructor(log: StreamLog, id: string, client: Client) {
    this.log = log;
    this.id = id;
    this.client = client;
  }

  async view(): Promise<View> {
    const { id, client } = this;
    const head = ID.test(id) ? await this.log.head(id) : undefined;
    if (!head || !(client.operator || head.client === client.name)) throw notFound();
    const closed = head.state !== "live";
    return { id, contentType: "application/json", tail: head.lastSeq + 1, closed };
  }

  async read({ tail }: View, from: number, bytesMax: number): Promise<Part> {
    const page = await this.log.read(this.id, from - 1, bytesMax);
    if (!page) throw notFound();
    const entries = page.entries.filter(({ seq }) => seq < tail);
    const last = entries.at(-1)?.seq;
    return {
      messages: entries.map(({ json }) => encoder.encode(json)),
      next: last === undefined ? from : last + 1,
    };
  }

  async used(): Promise<void> {}

  watch(told: () => void): () => void {
    return this.log.watch(this.id, told);
  }
}
