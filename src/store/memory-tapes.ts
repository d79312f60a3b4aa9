// Tapes in this process's memory.
import type { Allowance, Committed, Tape, TapeChange, Tapes } from "./tape.ts";
import { cutMessages, roomFor } from "./tape-page.ts";
import { Watchers } from "./watchers.ts";

interface Row {
  tape: Tape;
  messages: Uint8Array[];
}

export class MemoryTapes implements Tapes {
  private readonly rows = new Map<string, Row>();
  private readonly byId = new Map<string, Row>();
  private readonly used = new Map<string, Allowance>();
  private readonly watchers = new Watchers();

  async get(name: string): Promise<Tape | undefined> {
    const row = this.rows.get(name);
    return row && { ...row.tape };
  }

  async commit(changes: readonly TapeChange[], allowance: Allowance): Promise<Committed> {
    for (const { name, seen } of changes)
      if (this.rows.get(name)?.tape.mark !== seen) return "stale";
    const refused = roomFor(changes, (owner) => this.usedBy(owner), allowance);
    if (refused) return refused;
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
    const { id, owner, mark, about, expiresAtMs } = next;
    const { length, bytes } = known?.tape ?? { length: 0, bytes: 0 };
    const tape: Tape = { name, id, owner, mark, about, length, bytes };
    if (expiresAtMs !== undefined) tape.expiresAtMs = expiresAtMs;
    const row: Row = { tape, messages: known?.messages ?? [] };
    this.rows.set(name, row);
    this.byId.set(id, row);
    const used = this.usedBy(owner);
    if (!known) used.tapes += 1;
    for (const message of messages) {
      row.messages.push(message);
      row.tape.bytes += message.length;
      used.bytes += message.length;
    }
    row.tape.length = row.messages.length;
  }

  private drop({ tape }: Row): void {
    this.rows.delete(tape.name);
    this.byId.delete(tape.id);
    const used = this.usedBy(tape.owner);
    used.tapes -= 1;
    used.bytes -= tape.bytes;
    if (used.tapes === 0) this.used.delete(tape.owner);
  }

  private usedBy(owner: string): Allowance {
    const used = this.used.get(owner) ?? { tapes: 0, bytes: 0 };
    this.used.set(owner, used);
    return used;
  }
}
