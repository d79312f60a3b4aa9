// Tapes in Redis: a hash about each, a list of its messages, and one script for every change.
import type { RedisLine, Script } from "./redis-line.ts";
import { TAPE_COMMIT, TAPE_READ, TAPE_TOUCH } from "./redis-tape-scripts.ts";
import type { Allowance, Committed, Tape, TapeChange, Tapes } from "./tape.ts";

const FIELDS = ["id", "owner", "mark", "about", "length", "bytes", "expires"] as const;

export class RedisTapes implements Tapes {
  private readonly line: RedisLine;
  private readonly committing: Script;
  private readonly reading: Script;
  private readonly touching: Script;

  constructor(line: RedisLine) {
    this.line = line;
    this.committing = line.script("polluxTapeCommit", TAPE_COMMIT);
    this.reading = line.script("polluxTapeRead", TAPE_READ, "bytes");
    this.touching = line.script("polluxTapeTouch", TAPE_TOUCH);
  }

  async get(name: string): Promise<Tape | undefined> {
    const { redis } = this.line;
    const values = await this.line.run(() => redis.hmget(this.key("tape", name), ...FIELDS));
    const [id, owner, mark, about, length, bytes, expires] = values;
    if (!id || !owner || !mark || !about) return undefined;
    const tape = { name, id, owner, mark, about, length: Number(length), bytes: Number(bytes) };
    return expires ? { ...tape, expiresAtMs: Number(expires) } : tape;
  }

  async commit(changes: readonly TapeChange[], allowance: Allowance): Promise<Committed> {
    const args: (string | number | Buffer)[] = [allowance.tapes, allowance.bytes];
    for (const { name, seen = "", next, messages = [] } of changes) {
      args.push(name, seen, messages.length, next?.id ?? "", next?.owner ?? "", next?.mark ?? "");
      args.push(next?.about ?? "", next?.expiresAtMs ?? "");
      for (const message of messages)
        args.push(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
    }
    return (await this.committing(args)) as Committed;
  }

  async read(id: string, from: number, to: number, bytesMax: number): Promise<Uint8Array[]> {
    if (to <= from) return [];
    return (await this.reading([id, from, to - 1, bytesMax])) as Uint8Array[];
  }

  async touch(name: string, id: string, expiresAtMs: number): Promise<void> {
    await this.touching([name, id, expiresAtMs]);
  }

  async expired(nowMs: number, limit: number): Promise<string[]> {
    const { redis } = this.line;
    const order = this.key("tape-expiry");
    return this.line.run(() => redis.zrangebyscore(order, "-inf", nowMs, "LIMIT", 0, limit));
  }

  watch(name: string, told: () => void): () => void {
    return this.line.watch(this.key("tape-news", name), told);
  }

  private key(kind: string, name?: string): string {
    return `${this.line.prefix}${kind}${name === undefined ? "" : `:${name}`}`;
  }
}
