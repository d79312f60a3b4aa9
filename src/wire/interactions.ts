// A door: Google's Interactions API on the wire. It stands apart so that whoever speaks only
// generateContent does not carry it.

export {
  encodeInteraction,
  INTERACTION_DONE,
  INTERACTION_ENDS,
  type Interaction,
  type InteractionContent,
  type InteractionDelta,
  type InteractionError,
  type InteractionEvent,
  type InteractionInput,
  type InteractionRequest,
  type InteractionStep,
  type InteractionUsage,
} from "./interaction.ts";
export {
  endOfStatus,
  geminiUsageOf,
  partOfContent,
  partsOfStep,
} from "./interaction-parts.ts";
export { interactionEventOf } from "./interaction-pieces.ts";
export { type InteractionChunk, InteractionView } from "./interaction-view.ts";
