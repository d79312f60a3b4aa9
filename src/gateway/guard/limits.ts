// What a client may use: requests and tokens a minute, streams at once, and which models. Counted where
// all replicas see it.
import type { Clock } from "../../core/index.ts";
import { StoreError, type Tally } from "../../store/index.ts";
import { Refusal } from "../refusal.ts";
import type { KnownClient } from "./clients.ts";

const MINUTE_MS = 60_000;
/** A place is held on to while its stream runs; one whose gateway died comes free after this. */
const PLACE_MS = 45_000;
/** Characters of a request for one token, about. */
const CHARS_PER_TOKEN = 4;

export interface LimitsOptions {
  tally: Tally;
  clock: Clock;
  /** For clients that have no limits of their own. */
  requestsPerMinute?: number | undefined;
  tokensPerMinute?: number | undefined;
  streams?: number | undefined;
  /** Names, with `*` for any run of characters; empty for all. */
  models: readonly string[];
  /** What to do when the counts cannot be reached: serve, or refuse. */
  whenUnreachable: "serve" | "refuse";
}

interface Permit {
  /** Gives the place back, and corrects the tokens to what was really used. */
  done(tokens: number | undefined): void;
}

/** What a client may use, counted where all replicas see it. */
export class Limits {
  private readonly options: LimitsOptions;

  constructor(options: LimitsOptions) {
    this.options = options;
  }

  mayUse(client: KnownClient, model: string): boolean {
    const name = model.replace(/^models\//, "");
    const { models } = this.options;
    return [models, client.models ?? []].every(
      (list) => list.length === 0 || list.some((glob) => fits(glob, name)),
    );
  }

  async permit(client: KnownClient, streamId: string, bodyChars: number): Promise<Permit> {
    const { options } = this;
    const requests = client.requestsPerMinute ?? options.requestsPerMinute;
    const tokens = client.tokensPerMinute ?? options.tokensPerMinute;
    const streams = client.streams ?? options.streams;
    const estimate = Math.ceil(bodyChars / CHARS_PER_TOKEN);
    const { name } = client;
    if (requests !== undefined)
      await this.take(`requests:${name}`, 1, requests, "client_requests_limited", "requests");
    if (tokens !== undefined)
      await this.take(`tokens:${name}`, estimate, tokens, "client_tokens_limited", "tokens");
    const release = streams === undefined ? () => {} : await this.hold(name, streamId, streams);
    return {
      done: (used) => {
        release();
        if (tokens === undefined || used === undefined || used === estimate) return;
        // What was used beyond the estimate is owed, even if the bucket is empty.
        options.tally.owe(`tokens:${name}`, used - estimate, tokens, MINUTE_MS).catch(() => {});
      },
    };
  }

  private async take(
    key: string,
    cost: number,
    limit: number,
    code: "client_requests_limited" | "client_tokens_limited",
    unit: string,
  ): Promise<void> {
    const taken = await this.ask(() => this.options.tally.take(key, cost, limit, MINUTE_MS));
    if (taken === undefined || taken.ok) return;
    throw new Refusal(code, `This client may use ${limit} ${unit} a minute.`, taken.retryAfterMs);
  }

  private async hold(name: string, holder: string, limit: number): Promise<() => void> {
    const { tally, clock } = this.options;
    const key = `streams:${name}`;
    const held = await this.ask(() => tally.hold(key, holder, limit, PLACE_MS));
    if (held === false)
      throw new Refusal(
        "client_streams_limited",
        `This client may have ${limit} streams at once.`,
        1_000,
      );
    let cancel = () => {};
    const again = () => {
      tally.hold(key, holder, limit, PLACE_MS).catch(() => {});
      cancel = clock.setTimer(again, PLACE_MS / 3);
    };
    cancel = clock.setTimer(again, PLACE_MS / 3);
    return () => {
      cancel();
      tally.release(key, holder).catch(() => {});
    };
  }

  private async ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError) || this.options.whenUnreachable === "refuse") throw error;
      return undefined;
    }
  }
}

function fits(glob: string, name: string): boolean {
  const parts = glob.split("*");
  if (parts.length === 1) return glob === name;
  const [first = "", ...rest] = parts;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop() ?? "";
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - at >= last.length && name.endsWith(last);
}
