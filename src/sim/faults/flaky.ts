// The fault `flaky`.
import type { Fault } from "./fault.ts";

export const flaky: Fault = {
  word: "flaky",
  does: "Applies another fault with a probability, the same each time for a seed.",
  example: "flaky 0.3 cut after 2 chunks",
};
