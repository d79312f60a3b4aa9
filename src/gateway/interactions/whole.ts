// The events of an interaction → the resource that they told, for clients that want it in one piece.
import type {
  Interaction,
  InteractionContent,
  InteractionDelta,
  InteractionEvent,
  InteractionStep,
} from "../../wire/interactions.ts";

export class WholeInteraction {
  private readonly about: Interaction = {};
  private readonly steps: InteractionStep[] = [];
  private readonly args = new Map<InteractionStep, string>();

  take(event: InteractionEvent): void {
    const { interaction, index = 0, step, delta } = event;
    if (interaction) Object.assign(this.about, interaction);
    if (event.event_type === "step.start" && step) this.steps[index] = copied(step);
    if (event.event_type !== "step.delta" || !delta) return;
    const open = this.steps[index] ?? { type: "model_output" };
    this.steps[index] = open;
    this.add(open, delta);
  }

  resource(): Interaction {
    for (const [step, json] of this.args) step.arguments = parsed(json);
    const steps = this.steps.filter((step) => step !== undefined);
    return { ...this.about, steps: this.about.steps ?? steps };
  }

  private add(step: InteractionStep, delta: InteractionDelta): void {
    const { type, text, content, signature, annotations } = delta;
    if (type === "text") textOf(step).text += text ?? "";
    else if (type === "thought_summary" && content)
      step.summary = [...(step.summary ?? []), content];
    else if (type === "thought_signature" && signature !== undefined) step.signature = signature;
    else if (type === "arguments_delta")
      this.args.set(step, (this.args.get(step) ?? "") + String(delta.arguments ?? ""));
    else if (annotations) {
      const block = textOf(step);
      block.annotations = [...(block.annotations ?? []), ...annotations];
    } else if (type.endsWith("_call") || type.endsWith("_result")) Object.assign(step, delta);
    else step.content = [...(step.content ?? []), { ...delta } as InteractionContent];
  }
}

/** The text that is being written. */
function textOf(step: InteractionStep): InteractionContent & { text: string } {
  const last = step.content?.at(-1);
  if (last?.type === "text") return Object.assign(last, { text: last.text ?? "" });
  const made = { type: "text", text: "" };
  step.content = [...(step.content ?? []), made];
  return made;
}

function copied(step: InteractionStep): InteractionStep {
  const { content } = step;
  return content ? { ...step, content: content.map((block) => ({ ...block })) } : { ...step };
}

function parsed(json: string): Record<string, unknown> {
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return {};
  }
}
