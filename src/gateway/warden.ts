// What stands between a request and upstream: who asks, what they may, whether there is room, and with
// which key. The doors see only this face of it.
import type { Failure } from "../core/failures.ts";
import type { TerminalEvent } from "../core/index.ts";
import type { Exchange } from "./exchange.ts";

/** Somebody who asks the gateway. */
export interface Client {
  name: string;
  /** May see the operations pages, the metrics and every stream. */
  operator: boolean;
}

/** Leave to begin one stream; `ended` gives back what it held. */
export interface Pass {
  ended(end: TerminalEvent | undefined): void;
}

/** A key in use by one attempt. */
export interface Credential {
  name: string;
  /** Stands for the key where its name is nobody's business. */
  tag?: string | undefined;
  headers: Record<string, string>;
  /** The attempt is over; with what failure, if any. */
  done(problem?: Failure): void;
}

/** Who may ask, for what, and with which key. */
export interface Warden {
  /** Throws a Refusal if nobody known asks. */
  identify(exchange: Exchange): Promise<Client>;
  /** Throws a Refusal if it may not begin, or not now. */
  admit(
    client: Client,
    asked: { model: string; bodyChars: number; deadlineMs: number; signal: AbortSignal },
  ): Promise<Pass>;
  /** Whether this client may use this model. */
  mayUse(client: Client, model: string): boolean;
  /** Throws a StreamError if every key is cooling down. `tag`: this one, if it is there. */
  credential(model: string, tag?: string): Credential;
  /** Whether another key may do what failed with this one. */
  hasAnother(model: string, problem: Failure): boolean;
  /** How an attempt went, for the model's circuit. */
  record(model: string, problem: Failure | undefined): void;
}
