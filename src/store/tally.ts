// Counts that all replicas share: how much of an allowance is used, and who holds a place.

/** Whether there was enough, and when there will be. */
export interface Taken {
  ok: boolean;
  /** What is left of the allowance. */
  left: number;
  /** When enough of it will be back; 0 if `ok`. */
  retryAfterMs: number;
}

/** Allowances and places that all replicas count together. */
export interface Tally {
  /** A token bucket of `limit` per `windowMs`. A cost below zero gives back. */
  take(key: string, cost: number, limit: number, windowMs: number): Promise<Taken>;
  /** Takes it even if it is not there: what was used is owed, up to one more allowance. */
  owe(key: string, cost: number, limit: number, windowMs: number): Promise<void>;
  /** One of `limit` places, until released or until `leaseMs` passed without holding it again. */
  hold(key: string, holder: string, limit: number, leaseMs: number): Promise<boolean>;
  release(key: string, holder: string): Promise<void>;
}
