// A retry budget shared by all streams of a client: when most of them fail, repeating each of them
// would only add to the outage.

const START = 10;
const PER_REQUEST = 0.2;
const MAX = 100;

/** How many second attempts a client may make; each first attempt earns a fifth of one. */
export class RetryBudget {
  private left: number;
  private readonly perRequest: number;
  private readonly max: number;

  constructor(start: number = START, perRequest: number = PER_REQUEST) {
    this.left = start;
    this.perRequest = perRequest;
    this.max = Math.max(MAX, start);
  }

  /** A first attempt was sent. */
  earn(): void {
    this.left = Math.min(this.max, this.left + this.perRequest);
  }

  /** Whether one more attempt may be sent; takes it off the budget. */
  spend(): boolean {
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
