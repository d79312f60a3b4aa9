// The events of a stream's attempts, told as one interaction: created once, its steps counted on, ended
// once. Where an attempt goes on in the middle of a step, so does the client's step.
import type { How } from "../../core/index.ts";
import type {
  InteractionEvent,
  InteractionStep,
  InteractionUsage,
} from "../../wire/interactions.ts";
import { nameOf } from "./name.ts";

/** A step of the attempt at hand, and where the client has it. */
interface Step {
  /** The client's. */
  index: number;
  type: string;
  /** Its beginning, while nobody knows whether it brings anything. */
  held: InteractionEvent | undefined;
  stopped: boolean;
  /** Characters of a call's arguments that were told, and how many of those come again. */
  argsChars: number;
  again: number;
}

type Told = InteractionEvent[];

const NOTHING: Told = [];

export class Retell {
  created = false;
  /** Its last event was told. */
  ended = false;
  private readonly stream: string;
  private readonly steps = new Map<number, Step>();
  private readonly calls = new Map<string, Step>();
  private count = 0;
  private open: Step | undefined;
  /** It is not the first attempt that is told. */
  private later = false;
  /** The end of a hop, while nobody knows whether another follows. */
  private hop: InteractionEvent | undefined;
  private readonly usages: InteractionUsage[] = [];

  constructor(stream: string) {
    this.stream = stream;
  }

  /** All that was told is of one interaction at Google. */
  get isOne(): boolean {
    return !this.later;
  }

  /** Another attempt begins; one that reads the same interaction on has the same steps. */
  attempt({ n, how }: { n: number; how: How }): void {
    if (n > 1 && how !== "replay") {
      this.later = true;
      this.steps.clear();
    }
  }

  tell(event: InteractionEvent): Told {
    if (this.ended) return NOTHING;
    switch (event.event_type) {
      case "interaction.created":
      case "interaction.start":
        return this.creation(event);
      case "interaction.completed":
      case "interaction.complete":
        return this.completion(event);
      case "step.start":
      case "content.start":
        return this.start(event);
      case "step.delta":
      case "content.delta":
        return this.delta(event);
      case "step.stop":
      case "content.stop":
        return this.stop(event);
      default:
        return [this.named(withoutToken(event))];
    }
  }

  /** The end of a hop after which nothing came is the end. */
  rest(): Told {
    return this.hop && !this.ended ? this.finish(this.hop) : NOTHING;
  }

  private creation(event: InteractionEvent): Told {
    if (this.created) return NOTHING;
    this.created = true;
    return [this.named(event)];
  }

  private completion(event: InteractionEvent): Told {
    const { usage, status, continuation_token: token } = event.interaction ?? {};
    if (usage) this.usages.push(usage);
    this.hop = undefined;
    if (status !== "requires_continuation" || !token) return this.finish(event);
    this.hop = event;
    return NOTHING;
  }

  private finish(event: InteractionEvent): Told {
    const before = this.later ? this.closeOpen() : NOTHING;
    this.ended = true;
    const named = this.named(event);
    if (this.usages.length < 2 || !named.interaction) return [...before, named];
    // Of the last hop alone; the answer is of all.
    const { steps: _, ...interaction } = named.interaction;
    const usage = sumOf(this.usages);
    return [...before, { ...named, interaction: { ...interaction, usage } }];
  }

  private start(event: InteractionEvent): Told {
    const { index = 0 } = event;
    if (this.steps.has(index)) return NOTHING;
    const step = event.step ?? (event.content as InteractionStep | undefined);
    const { type = "model_output", id } = step ?? {};
    const isCall = type.endsWith("_call") && typeof id === "string";
    const known = isCall ? this.calls.get(id) : this.later ? this.openOne(type) : undefined;
    if (known) {
      known.again = known.argsChars;
      this.steps.set(index, known);
      return NOTHING;
    }
    const made: Step = { index, type, held: event, stopped: false, argsChars: 0, again: 0 };
    this.steps.set(index, made);
    if (isCall) this.calls.set(id, made);
    // An attempt that only goes on has thoughts and texts of its own that may bring nothing.
    const mayBeEmpty = this.later && FLOWING.has(type) && !step?.content && !step?.summary;
    return mayBeEmpty ? NOTHING : this.begin(made);
  }

  private begin(step: Step): Told {
    const { held } = step;
    step.held = undefined;
    const before = this.later ? this.closeOpen() : NOTHING;
    if (this.later) step.index = this.count;
    this.count = Math.max(this.count, step.index + 1);
    this.open = step;
    return held ? [...before, { ...held, index: step.index }] : before;
  }

  private delta(event: InteractionEvent): Told {
    const { index = 0, delta } = event;
    const step = this.steps.get(index) ?? this.unannounced(index);
    const before = step.held ? this.begin(step) : NOTHING;
    if (step.stopped) return before;
    // By far the most of them.
    if (before.length === 0 && index === step.index && delta?.type === "text") return [event];
    const told = { ...event, index: step.index };
    if (typeof delta?.arguments !== "string") return [...before, told];
    const text = delta.arguments.slice(step.again);
    step.again = Math.max(0, step.again - delta.arguments.length);
    step.argsChars += text.length;
    if (text === "" && delta.arguments !== "") return before;
    return [...before, { ...told, delta: { ...delta, arguments: text } }];
  }

  private stop(event: InteractionEvent): Told {
    const step = this.steps.get(event.index ?? 0);
    if (!step) return this.later ? NOTHING : [event];
    if (step.held || step.stopped) return NOTHING;
    step.stopped = true;
    return [{ ...event, index: step.index }];
  }

  /** Content of a step whose beginning never came. */
  private unannounced(index: number): Step {
    const type = "model_output";
    const open = this.later ? this.openOne(type) : undefined;
    const held = this.later ? { event_type: "step.start", index, step: { type } } : undefined;
    const step = open ?? { index, type, held, stopped: false, argsChars: 0, again: 0 };
    this.steps.set(index, step);
    return step;
  }

  /** The client's open step, if content of this type may go on in it. */
  private openOne(type: string): Step | undefined {
    const { open } = this;
    return open && !open.stopped && open.type === type && FLOWING.has(type) ? open : undefined;
  }

  private closeOpen(): Told {
    const { open } = this;
    if (!open || open.stopped) return NOTHING;
    open.stopped = true;
    return [{ event_type: "step.stop", index: open.index }];
  }

  private named(event: InteractionEvent): InteractionEvent {
    const { interaction, interaction_id: id } = event;
    const named = { ...event };
    if (typeof id === "string") named.interaction_id = nameOf(id, this.stream);
    if (typeof interaction?.id === "string")
      named.interaction = { ...interaction, id: nameOf(interaction.id, this.stream) };
    return named;
  }
}

const FLOWING: ReadonlySet<string> = new Set(["model_output", "thought"]);

/** The stream goes on by itself: the client must not take a token for its own business. */
function withoutToken(event: InteractionEvent): InteractionEvent {
  if (event.continuation_token === undefined) return event;
  const { continuation_token: _, ...rest } = event;
  return rest as InteractionEvent;
}

function sumOf(usages: readonly InteractionUsage[]): InteractionUsage {
  const sum: InteractionUsage = {};
  for (const usage of usages) {
    for (const [name, count] of Object.entries(usage)) {
      if (typeof count === "number") sum[name] = ((sum[name] as number | undefined) ?? 0) + count;
    }
  }
  return sum;
}
