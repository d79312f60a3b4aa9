// A door: requests of generateContent and of Interactions, each as the other, with a list of what
// cannot be carried over.
export type { Lost } from "./convert-lost.ts";
export { ConvertError } from "./convert-lost.ts";
export { contentsOf, stepsOf, toGemini } from "./convert-to-gemini.ts";
export { toInteraction } from "./convert-to-interaction.ts";
