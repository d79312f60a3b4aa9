// The events of an interaction → Gemini's chunks.
import { type InteractionEvent, InteractionView } from "pollux/wire/interactions";

const events: InteractionEvent[] = [
  { event_type: "interaction.created", interaction: { id: "i1", status: "in_progress" } },
  { event_type: "step.start", index: 0, step: { type: "model_output" } },
  { event_type: "step.delta", index: 0, delta: { type: "text", text: "Hello" } },
  { event_type: "interaction.completed", interaction: { id: "i1", status: "completed" } },
];
const view = new InteractionView();
for (const event of events) {
  const parts = view.read(event)?.candidates?.[0]?.content?.parts;
  if (parts) console.log(parts);
}
console.log(view.id, view.ended, view.textChars);
