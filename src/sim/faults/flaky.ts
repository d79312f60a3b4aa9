// The fault `flaky`. It only carries another: the dice are thrown where attempts are counted.
import type { Fault } from "./fault.ts";

export const flaky: Fault = {
  word: "flaky",
  does: "Applies another fault with a probability from 0 to 1; the same seed meets the same faults.",
  takes: { described: "PROBABILITY, then another fault" },
  example: "*: flaky 0.3 cut after 2 chunks",
};
