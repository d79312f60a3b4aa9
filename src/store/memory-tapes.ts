// Tapes in this process's memory.
import type { Committed, Tape, TapeChange, Tapes } from "./tape.ts";
import { cutMessages } from "./tape-page.ts";
import { Watchers } from "./watchers.ts";

interface Row {
  tape: Tape;
  messages: Uint8Array[];
}

export class MemoryTapes implements Tapes {
  private readonly rows = new Map<string, Row>();
  private readonly byId = new Map<string, Row>();
  private readonly counts = new Map<string, number>();
  private readonly watchers = new Watchers();

  async get(name: string): Promise<Tape | undefined> {
    const row = this.rows.get(name);
    return row && { ...row.tape };
  }

  async commit(changes: readonly TapeChange[], tapesMax: number): Promise<Committed> {
    for (const { name, seen } of changes)
      if (this.rows.get(name)?.tape.mark !== seen) return "stale";
    for (const { seen, next } of changes)
      if (seen === undefined && next && (this.counts.get(next.owner) ?? 0) >= tapesMax)
        return "full";
    for (const change of changes) this.apply(change);
    for (const { name } of changes) this.watchers.tell(name, "entries");
    return "kept";
  }

  async read(id: string, from: number, to: number, bytesMax: number): Promise<Uint8Array[]> {
    return cutMessages(this.byId.get(id)?.messages.slice(from, to) ?? [], bytesMax);
  }

  async touch(name: string, id: string, expiresAtMs: number): Promise<void> {
    const tape = this.rows.get(name)?.tape;
    if (tape?.id === id) tape.expiresAtMs = Math.max(tape.expiresAtMs ?? 0, expiresAtMs);
  }

  async expired(nowMs: number, limit: number): Promise<string[]> {
    const names: string[] = [];
    for (const { tape } of this.rows.values()) {
      if (names.length >= limit) break;
      if (tape.expiresAtMs !== undefined && tape.expiresAtMs <= nowMs) names.push(tape.name);
    }
    return names;
  }

  watch(name: string, told: () => void): () => void {
    return this.watchers.add(name, told);
  }

  private apply({ name, next, messages = [] }: TapeChange): void {
    const known = this.rows.get(name);
    if (!next) {
      if (known) this.drop(known);
      return;
    }
    const row: Row = known ?? { tape: { name, ...next, length: 0, bytes: 0 }, messages: [] };
    if (!known) {
      this.rows.set(name, row);
      this.byId.set(next.id, row);
      this.counts.set(next.owner, (this.counts.get(next.owner) ?? 0) + 1);
    }
    const { expiresAtMs, ...rest } = next;
    Object.assign(row.tape, rest, { expiresAtMs });
    for (const message of messages) {
      row.messages.push(message);
      row.tape.bytes += message.length;
    }
    row.tape.length = row.messages.length;
  }

  private drop({ tape }: Row): void {
    this.rows.delete(tape.name);
    this.byId.delete(tape.id);
    const left = (this.counts.get(tape.owner) ?? 1) - 1;
    if (left > 0) this.counts.set(tape.owner, left);
    else this.counts.delete(tape.owner);
  }
}
