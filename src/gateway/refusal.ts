// A request the gateway does not serve: a row of the failure table, with what the client needs to
// know. Each door writes it in its own shape.
import { type Failure, type FailureCode, failure } from "../core/failures.ts";

/** A request that is not served, with the row of the failure table that says why. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly failure: Failure;
  constructor(what: FailureCode | Failure, message?: string, retryAfterMs?: number) {
    const made =
      typeof what === "string"
        ? failure(what, message, retryAfterMs === undefined ? {} : { retryAfterMs })
        : what;
    super(made.message);
    this.failure = made;
  }
}
