// START HERE. The streams that clients write, each on a tape of the store. A change is decided on what was
// read and committed only if nobody was faster; in one process those of one stream wait for their turn.

import type { Clock } from "../../core/index.ts";
import type { Tape, TapeChange, Tapes } from "../../store/index.ts";
import { type About, expiryOf, isJson, type Known, knownOf } from "./about.ts";
import { type Append, type Decision, decideAppend } from "./decide.ts";
import { Declined, gone, notFound } from "./declined.ts";
import { forkOf } from "./fork.ts";
import { isSameType, type Wish } from "./headers.ts";
import { flatten } from "./json-mode.ts";
import { aboutOf, fits } from "./match.ts";
import { Turns } from "./turns.ts";

/** Other replicas may be faster that many times. */
const TRIES_MAX = 50;
const PAUSE_MS_MAX = 20;
/** Requests of this process that wait for their turn at one stream; each holds its body. */
const WAITING_MAX = 500;
const PRODUCERS_MAX = 1_000;
/** Forks of forks of forks. */
const DEPTH_MAX = 64;
const SWEEP_MAX = 100;

/** What one client may have here. */
interface RecorderLimits {
  streamsMax: number;
  bytesMax: number;
}

interface Appended {
  known: Known;
  decision: Decision;
}

export class Recorder {
  readonly tapes: Tapes;
  readonly clock: Clock;
  private readonly limits: RecorderLimits;
  private readonly turns = new Turns();

  constructor(tapes: Tapes, clock: Clock, limits: RecorderLimits) {
    this.tapes = tapes;
    this.clock = clock;
    this.limits = limits;
  }

  /** Throws if it is not there, or only for its forks. */
  async known(name: string): Promise<Known> {
    const tape = await this.tapes.get(name);
    if (!tape) throw notFound();
    const known = knownOf(tape);
    if (known.about.gone) throw gone();
    if (!this.isExpired(tape)) return known;
    throw known.about.forks > 0 ? gone() : notFound();
  }

  async used({ tape, about }: Known): Promise<void> {
    const expiresAtMs = about.ttlSeconds === undefined ? undefined : expiryOf(about, this.nowMs);
    if (expiresAtMs !== undefined) await this.tapes.touch(tape.name, tape.id, expiresAtMs);
  }

  /** Makes it, or finds the one that was made as this one is wished. */
  create(
    owner: string,
    name: string,
    wish: Wish,
    body: Uint8Array,
  ): Promise<{ known: Known; created: boolean }> {
    return this.change(name, async () => {
      const tape = await this.tapes.get(name);
      if (!tape) return this.make(owner, name, wish, body);
      const known = knownOf(tape);
      const isOver = known.about.gone || this.isExpired(tape);
      if (isOver && known.about.forks === 0) {
        await this.commit(await this.removal(known));
        return undefined;
      }
      if (isOver)
        throw new Declined(409, "name_in_use", "A removed stream of this name has forks.");
      if (!fits(known, wish))
        throw new Declined(409, "config_differs", "The stream exists, and is made otherwise.");
      return { known, created: false };
    });
  }

  append(name: string, append: Append): Promise<Appended> {
    return this.change(name, async () => {
      const known = await this.known(name);
      const message = append.message && messageOf(known.about, append);
      const decision = decideAppend(known, { ...append, message }, this.nowMs, PRODUCERS_MAX);
      if (decision.kind === "again") {
        await this.used(known);
        return { known, decision };
      }
      const change = this.next(known, decision.about, message ? [message] : []);
      if ((await this.commit([change])) === "stale") return undefined;
      const { about } = decision;
      return { known: { ...known, about, tail: known.tail + (message ? 1 : 0) }, decision };
    });
  }

  remove(name: string): Promise<void> {
    return this.change(name, async () => {
      const known = await this.known(name);
      const changes =
        known.about.forks > 0
          ? [this.next(known, { ...known.about, gone: true })]
          : await this.removal(known);
      return (await this.commit(changes)) === "stale" ? undefined : { done: true };
    }).then(() => {});
  }

  /** What expired goes; says how many. */
  async sweep(): Promise<number> {
    const names = await this.tapes.expired(this.nowMs, SWEEP_MAX);
    const plain: TapeChange[] = [];
    let count = 0;
    for (const name of names) {
      const tape = await this.tapes.get(name);
      if (!tape || !this.isExpired(tape)) continue;
      const known = knownOf(tape);
      const { forks, fork } = known.about;
      if (forks === 0 && !fork) {
        plain.push({ name, seen: tape.mark, next: undefined });
        continue;
      }
      // It goes with its last fork, and is looked for no more until then.
      const changes =
        forks > 0 ? [this.next(known, { ...known.about, gone: true })] : await this.removal(known);
      if ((await this.commit(changes)) === "kept") count += 1;
    }
    // All at once: to overwrite what is removed takes its time. If one was used meanwhile: next time.
    if (plain.length > 0 && (await this.commit(plain)) === "kept") count += plain.length;
    return count;
  }

  isExpired({ expiresAtMs }: Tape): boolean {
    return expiresAtMs !== undefined && expiresAtMs <= this.nowMs;
  }

  private get nowMs(): number {
    return this.clock.date().getTime();
  }

  private async make(owner: string, name: string, wish: Wish, body: Uint8Array) {
    const made = wish.fork && (await forkOf(this, owner, wish, wish.fork));
    const about = aboutOf(wish, made?.source.about, made?.fork);
    const first = body.length > 0 && isJson(about.contentType) ? flatten(body) : body;
    const messages = [made?.prefix, first].filter((one) => one !== undefined && one.length > 0);
    const { clock } = this;
    const next = {
      id: clock.id(),
      owner,
      mark: clock.id(),
      about: JSON.stringify(about),
      expiresAtMs: expiryOf(about, this.nowMs),
    };
    const changes: TapeChange[] = [
      { name, seen: undefined, next, messages: messages as Uint8Array[] },
    ];
    if (made) {
      const { source } = made;
      changes.push(this.next(source, { ...source.about, forks: source.about.forks + 1 }));
    }
    if ((await this.commit(changes)) === "stale") return undefined;
    const bytes = messages.reduce((sum, message) => sum + (message?.length ?? 0), 0);
    return { known: knownOf({ name, ...next, length: messages.length, bytes }), created: true };
  }

  private next(
    { tape, about: before }: Known,
    about: About,
    messages: Uint8Array[] = [],
  ): TapeChange {
    const { name, id, owner, mark } = tape;
    // To be forked is no use of it.
    const isUse = about.forks === before.forks;
    const expiresAtMs = isUse ? expiryOf(about, this.nowMs) : tape.expiresAtMs;
    const next = {
      id,
      owner,
      mark: this.clock.id(),
      about: JSON.stringify(about),
      expiresAtMs: about.gone ? undefined : expiresAtMs,
    };
    return { name, seen: mark, next, messages };
  }

  /** It goes, and so do those it was made from if they stayed only for it. */
  private async removal(known: Known): Promise<TapeChange[]> {
    const changes: TapeChange[] = [];
    for (let one = known, i = 0; ; i += 1) {
      const { name, mark } = one.tape;
      changes.push({ name, seen: mark, next: undefined });
      const { fork } = one.about;
      const tape = fork && i < DEPTH_MAX ? await this.tapes.get(fork.name) : undefined;
      if (!fork || !tape || tape.id !== fork.id) return changes;
      const source = knownOf(tape);
      const forks = source.about.forks - 1;
      if (forks > 0 || !source.about.gone) {
        changes.push(this.next(source, { ...source.about, forks }));
        return changes;
      }
      one = source;
    }
  }

  private async commit(changes: readonly TapeChange[]): Promise<"kept" | "stale"> {
    const { streamsMax, bytesMax } = this.limits;
    const committed = await this.tapes.commit(changes, { tapes: streamsMax, bytes: bytesMax });
    if (committed === "many")
      throw new Declined(429, "streams_full", `A client has at most ${streamsMax} streams here.`);
    if (committed === "large")
      throw new Declined(413, "space_full", `A client keeps at most ${bytesMax} bytes here.`);
    return committed;
  }

  /** Again until nobody was faster. */
  private async change<T>(name: string, once: () => Promise<T | undefined>): Promise<T> {
    if (this.turns.waiting(name) >= WAITING_MAX) throw busy();
    return this.turns.take(name, async () => {
      for (let i = 0; i < TRIES_MAX; i += 1) {
        const done = await once();
        if (done !== undefined) return done;
        await this.pause();
      }
      throw busy();
    });
  }

  private pause(): Promise<void> {
    const { clock } = this;
    return new Promise((resolve) => {
      clock.setTimer(resolve, clock.random() * PAUSE_MS_MAX);
    });
  }
}

function busy(): Declined {
  const later = { "retry-after": "1" };
  return new Declined(503, "stream_busy", "Too many write to this stream at once.", later);
}

function messageOf(about: About, { message, contentType }: Append): Uint8Array | undefined {
  if (!message || !isJson(about.contentType)) return message;
  // What is of another type is refused for that.
  if (contentType !== undefined && !isSameType(contentType, about.contentType)) return message;
  if (about.closed) return message;
  const values = flatten(message);
  if (values.length === 0)
    throw new Declined(400, "request_invalid", "An empty array appends nothing.");
  return values;
}
