// What the core needs to read an interaction: its own ways to go on, and what becomes of a run in the
// background when this process is not the one that reads it any more.
import type { StreamInput } from "../../core/engine.ts";
import { type InteractRequest, Talk } from "../../core/interactions.ts";
import type { PublicationOptions } from "../publication.ts";
import type { Past } from "../streams.ts";

interface Subject {
  interact: InteractRequest;
  past: Past | undefined;
  caller: ConstructorParameters<typeof Talk>[1];
  via(): string | undefined;
}

export function interactionDrive(
  input: StreamInput,
  { interact, past, caller, via }: Subject,
): Pick<PublicationOptions, "input" | "via" | "leaving"> {
  const talk = new Talk(interact, caller, input);
  if (past) talk.restore(past.events);
  let handedOver = false;
  const ways = {
    dress: (request: StreamInput["request"]) => talk.dress(request),
    next: (trouble: Parameters<Talk["next"]>[0]) => talk.next(trouble),
    plan: (...asked: Parameters<Talk["plan"]>) => talk.plan(...asked),
    stopped: () => {
      // Whoever takes it over reads on what runs.
      if (!handedOver) talk.stopped();
    },
  };
  return {
    input: { ...input, request: { contents: [] }, dress: ways.dress, ways },
    via,
    leaving: () => {
      handedOver = true;
    },
  };
}
