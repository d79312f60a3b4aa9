// Which streams are listed, and in what order.
import type { StreamRow, StreamState } from "../../gateway/index.ts";
import { at } from "../shared/element.ts";
import { ALL } from "./board.ts";
import { FATES, isLive, LIVE, STATE_WORDS } from "./words.ts";

type Test = (row: StreamRow, nowMs: number) => boolean;

/** What needs somebody comes first. */
const URGENT: Partial<Record<StreamState, number>> = { stalled: 0, recovering: 0, retrying: 0 };

export class Filters {
  private readonly search = at<HTMLInputElement>("search");
  private readonly state = at<HTMLSelectElement>("state");
  private readonly age = at<HTMLSelectElement>("age");
  private readonly mended = at<HTMLInputElement>("mended");
  private readonly fields = [this.search, this.state, this.age, this.mended];

  constructor(changed: () => void) {
    const group = (label: string, names: readonly StreamState[]) => {
      const made = document.createElement("optgroup");
      made.label = label;
      for (const name of names) made.append(new Option(STATE_WORDS[name], name));
      this.state.append(made);
    };
    group("In flight", LIVE);
    group("Ended", [...FATES, "handed_over"]);
    for (const field of this.fields) field.addEventListener("input", changed);
  }

  get isOn(): boolean {
    const { search, state, age, mended } = this;
    return search.value !== "" || state.value !== "" || age.value !== "0" || mended.checked;
  }

  clear(): void {
    this.search.value = "";
    this.state.value = "";
    this.age.value = "0";
    this.mended.checked = false;
  }

  focus(): void {
    this.search.focus();
  }

  test(model: string): Test {
    const words = this.search.value.trim().toLowerCase();
    const state = this.state.value;
    const ageMs = Number(this.age.value) * 1_000;
    const isMended = this.mended.checked;
    return ({ id, client, now, startedAtMs, model: name }, nowMs) => {
      if (model !== ALL && name !== model) return false;
      if (state === "live" && !isLive(now.state)) return false;
      if (state === "ended" && isLive(now.state)) return false;
      if (state !== "" && state !== "live" && state !== "ended" && now.state !== state)
        return false;
      if (isMended && now.recoveries === 0) return false;
      if (ageMs > 0 && (now.totalMs ?? nowMs - startedAtMs) < ageMs) return false;
      return (
        words === "" || `${id} ${client} ${name} ${now.cause ?? ""}`.toLowerCase().includes(words)
      );
    };
  }
}

/** Stalled and recovering ones, then what runs, longest first, then what ended, newest first. */
export function byUrgency(a: StreamRow, b: StreamRow): number {
  return rank(a) - rank(b) || (isLive(a.now.state) ? a.n - b.n : b.n - a.n);
}

function rank({ now }: StreamRow): number {
  return URGENT[now.state] ?? (isLive(now.state) ? 1 : 2);
}
