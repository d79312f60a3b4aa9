// One upstream call of the Interactions API. It ends with the event that says so; a body that ends
// without one was cut, however properly it was closed.
import type { Frame, GeminiChunk } from "../wire/index.ts";
import type { Interaction, InteractionEvent, InteractionView } from "../wire/interactions.ts";
import type { Attempt, AttemptOptions, Step, Upstream } from "./attempt.ts";
import type { Problem } from "./problem.ts";

/** How long the end of the body may take after the last event. */
const ENDING_MS = 1_000;

/** Where the answer stands, over all attempts. */
interface Standing {
  view: InteractionView;
  /** Whether the reader has anything. */
  shown(): boolean;
}

type Made = new (upstream: Upstream, options: AttemptOptions, standing: Standing) => Attempt;

let made: { base: typeof Attempt; from: Made } | undefined;

/** Made from the attempt that is loaded already, so that this half needs no second copy's weight. */
export function interactionAttempt(base: typeof Attempt): Made {
  if (made?.base !== base) made = { base, from: classOf(base) };
  return made.from;
}

function classOf(base: typeof Attempt): Made {
  return class extends base {
    private readonly standing: Standing;
    private readonly keep: AttemptOptions["keep"];
    private forget: (() => void) | undefined;

    constructor(upstream: Upstream, options: AttemptOptions, standing: Standing) {
      // What comes is an event; what is kept is the chunk that is made of it.
      super(upstream, { ...options, keep: undefined });
      this.keep = options.keep;
      this.standing = standing;
    }

    override close(reason?: Problem): void {
      this.forget?.();
      super.close(reason);
    }

    protected override readValue(
      value: unknown,
      frame: Frame,
      chunks: GeminiChunk[],
    ): Problem | undefined {
      if (typeof value !== "object" || value === null || Array.isArray(value))
        return { code: "frame_malformed" };
      const { httpStatus } = this;
      const { view } = this.standing;
      const told = tell(view, value as Record<string, unknown>, frame);
      if (!told) return { body: value, httpStatus };
      if (view.diverged) return { code: "resume_diverged" };
      for (const chunk of told) {
        if (chunk.error !== undefined) return { body: chunk, httpStatus };
        this.seen.add(chunk);
        chunks.push(chunk);
        if (chunk.interactionEvent === value && frame.data.startsWith("{"))
          this.keep?.(chunk, jsonOf(chunk, frame.data));
      }
      if (view.ended) this.forget ??= this.options.clock.setTimer(() => this.close(), ENDING_MS);
      return undefined;
    }

    protected override end(problem: Problem | undefined): Step {
      this.forget?.();
      const { finish, content } = this.seen;
      if (finish === undefined) return super.end(problem ?? { code: "truncated_stream" });
      // Whatever went wrong after its last event, the answer is whole; its connection closes.
      if (problem) super.close(problem);
      const empty = finish === "STOP" && !content && !this.standing.shown();
      return super.end(empty ? { code: "empty_response" } : undefined);
    }
  };
}

/** The chunk with its event, last, as it came. */
function jsonOf({ interactionEvent: _, ...around }: GeminiChunk, json: string): string {
  const head = JSON.stringify(around).slice(0, -1);
  return `${head}${head === "{" ? "" : ","}"interactionEvent":${json}}`;
}

/** Nothing for what is no event and no interaction. */
function tell(
  view: InteractionView,
  value: Record<string, unknown>,
  frame: Frame,
): GeminiChunk[] | undefined {
  const { error, event_type: type = frame.event, steps, status } = value;
  if (typeof type === "string") {
    const event = value.event_type === undefined ? { ...value, event_type: type } : value;
    const chunk = view.read(event as InteractionEvent);
    return chunk ? [chunk] : [];
  }
  if (error === undefined && (Array.isArray(steps) || typeof status === "string"))
    return view.readWhole(value as Interaction);
  return undefined;
}
