// Pull the plug: break the running answer on purpose and watch it being mended. Only where the simulator
// answers.
import { at, el } from "../shared/element.ts";
import { breakIt } from "./wire.ts";

const FAULTS: readonly (readonly [fault: string, does: string])[] = [
  ["cut", "the connection ends in the middle of an event"],
  ["reset", "the connection is reset"],
  ["stall", "nothing more comes"],
  ["429", "too many requests"],
  ["503", "the model is overloaded"],
  ["garble", "bytes that mean nothing"],
];

export function showPlug(streamId: () => string, trouble: (message: string) => void): void {
  const panel = at("plug");
  panel.hidden = false;
  for (const [fault, does] of FAULTS) {
    const pull = async () => {
      const id = streamId();
      if (id === "") {
        trouble("Ask something first; then there is something to break.");
        return;
      }
      try {
        await breakIt(id, fault);
      } catch (error) {
        trouble(error instanceof Error ? error.message : String(error));
      }
    };
    panel.append(el("button", { type: "button", title: does, onclick: () => void pull() }, fault));
  }
}
