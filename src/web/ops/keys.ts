// The keyboard of this page. Single letters can be turned off, for those who speak to their machine.
import { el } from "../shared/element.ts";
import { openSheet } from "../shared/sheet.ts";

const KEPT = "pollux.ops.letters";
const SECOND_MS = 1_000;
const PLACES: Readonly<Record<string, string>> = {
  o: "overview",
  c: "charts",
  e: "errors",
  l: "limits",
  s: "stream-list",
};

interface KeyActions {
  pause(): void;
  search(): void;
}

const LIST: readonly (readonly [keys: string, does: string])[] = [
  ["Space", "pause, go on"],
  ["/", "search the streams"],
  ["g o · g c · g e", "to the overview, the charts, the errors"],
  ["g l · g s", "to the limits, the streams"],
  ["g d", "to the doctor"],
  ["↑ ↓ in the streams", "stream before, stream after"],
  ["Enter", "open the stream"],
  ["[ ]", "in a stream: event before, event after"],
  ["← → on a chart", "minute before, minute after"],
  ["Esc", "back"],
  ["?", "this list"],
];

export function listenKeys(actions: KeyActions): void {
  let goUntilMs = 0;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]"))
      return;
    const { target } = event;
    if (!(target instanceof HTMLElement) || target.matches("input, select, textarea")) return;
    if (event.key === " " && !target.matches("button, a, summary, [tabindex]")) {
      event.preventDefault();
      return actions.pause();
    }
    if (localStorage.getItem(KEPT) === "off") return;
    if (event.key === "?") return openKeys();
    if (event.key === "/") {
      event.preventDefault();
      return actions.search();
    }
    if (event.key === "g") {
      goUntilMs = event.timeStamp + SECOND_MS;
      return;
    }
    if (event.timeStamp > goUntilMs) return;
    goUntilMs = 0;
    if (event.key === "d") location.assign("/doctor");
    const place = document.getElementById(PLACES[event.key] ?? "");
    place?.focus({ preventScroll: true });
    place?.scrollIntoView();
  });
}

export function openKeys(): void {
  const rows = LIST.map(([keys, does]) =>
    el("tr", {}, el("td", {}, el("kbd", {}, keys)), el("td", {}, does)),
  );
  const letters = el("input", { type: "checkbox", checked: localStorage.getItem(KEPT) !== "off" });
  letters.addEventListener("change", () =>
    localStorage.setItem(KEPT, letters.checked ? "on" : "off"),
  );
  const content = el(
    "div",
    {},
    el("table", { class: "grid" }, el("tbody", {}, ...rows)),
    el("label", { class: "check" }, letters, "Single letters do something"),
  );
  openSheet(content, { name: "Keyboard" });
}
