// All that is fuzzed.
import type { Target } from "../target.ts";
import { coreTargets } from "./core.ts";
import { formTargets } from "./forms.ts";
import { gatewayTargets } from "./gateway.ts";
import { streamTargets } from "./streams.ts";
import { wireTargets } from "./wire.ts";

export const TARGETS: readonly Target[] = [
  ...wireTargets,
  ...formTargets,
  ...coreTargets,
  ...gatewayTargets,
  ...streamTargets,
];
