// The warden as it serves: clients, limits, circuits, room and keys, in the order in which a request
// meets them. What is cheap to refuse is refused first.

import { FAILURES, type Failure } from "../../core/failures.ts";
import type { Clock, TerminalEvent } from "../../core/index.ts";
import { StreamError } from "../../core/index.ts";
import type { Exchange } from "../exchange.ts";
import { Refusal } from "../refusal.ts";
import type { Client, Credential, Pass, Warden } from "../warden.ts";
import type { Admission } from "./admission.ts";
import type { Breaker } from "./breaker.ts";
import type { Clients, KnownClient } from "./clients.ts";
import type { KeyPool } from "./keys.ts";
import type { Limits } from "./limits.ts";

interface GuardParts {
  clock: Clock;
  clients: Clients;
  limits: Limits;
  breaker: Breaker;
  admission: Admission;
  /** None where the upstream wants no key. */
  keys?: KeyPool | undefined;
}

const NO_KEY: Credential = { name: "none", headers: {}, done: () => {} };

/** The warden of a real gateway: clients, limits, keys, circuits and room. */
export class Guard implements Warden {
  readonly parts: GuardParts;

  constructor(parts: GuardParts) {
    this.parts = parts;
  }

  identify(exchange: Exchange): Promise<KnownClient> {
    return this.parts.clients.authenticate(exchange.headers, exchange.search);
  }

  mayUse(client: Client, model: string): boolean {
    return this.parts.limits.mayUse(client, model);
  }

  async admit(
    client: Client,
    asked: { model: string; bodyChars: number; deadlineMs: number; signal: AbortSignal },
  ): Promise<Pass> {
    const { clock, limits, breaker, admission } = this.parts;
    const { model, bodyChars, deadlineMs, signal } = asked;
    const open = breaker.admit(model);
    if (!open.ok)
      throw new Refusal(
        "circuit_open",
        `${model} fails too often; the gateway gives it rest.`,
        open.retryAfterMs,
      );
    let leave = () => {};
    try {
      const permit = await limits.permit(client as KnownClient, clock.id(), bodyChars);
      leave = () => permit.done(undefined);
      const room = await admission.enter(deadlineMs, signal);
      let over = false;
      return {
        ended: (end) => {
          if (over) return;
          over = true;
          room();
          permit.done(tokensOf(end));
          if (end?.type !== "done" && end?.type !== "failed") breaker.forgo(model);
        },
      };
    } catch (error) {
      leave();
      breaker.forgo(model);
      throw error;
    }
  }

  credential(model: string, only?: string): Credential {
    const { keys } = this.parts;
    if (!keys || keys.size === 0) return NO_KEY;
    const taken = keys.take(model, only);
    if ("failure" in taken) throw new StreamError(taken.failure);
    const { name, tag, secret, done } = taken;
    return { name, tag, headers: { "x-goog-api-key": secret }, done };
  }

  hasAnother(model: string, problem: Failure): boolean {
    return this.parts.keys?.another(model, problem) ?? false;
  }

  record(model: string, problem: Failure | undefined): void {
    const { breaker } = this.parts;
    if (!problem) {
      breaker.record(model, "ok");
      return;
    }
    const { kind } = FAILURES[problem.code];
    // Quotas are the keys' business, bad requests the client's.
    if (kind === "upstream" || kind === "network" || kind === "stream")
      breaker.record(model, "failed");
  }
}

function tokensOf(end: TerminalEvent | undefined): number | undefined {
  return end?.usage?.total;
}
