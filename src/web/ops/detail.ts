// One stream in full, over the page: what became of it, its waterfall, and the same as a table.
import type { StreamDetail } from "../../gateway/index.ts";
import { copyText } from "../shared/copy.ts";
import { at, el } from "../shared/element.ts";
import { ask } from "../shared/house.ts";
import { openSheet } from "../shared/sheet.ts";
import { happeningsOf } from "./events.ts";
import { stateCell } from "./mark.ts";
import { Waterfall } from "./waterfall.ts";
import { count, isLive, many, ms } from "./words.ts";

/** A stream that runs is looked at again so often. */
const AGAIN_MS = 1_000;
const OMITTED = ["attempts", "stalls", "splices", "readers"] as const;

export async function openDetail(id: string, nowMs: () => number): Promise<void> {
  const place = el("div", { class: "detail" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let detail: StreamDetail | undefined;
  const json = (event: MouseEvent) =>
    void copyText(JSON.stringify(detail, null, 2), event.currentTarget as HTMLElement);
  const curl = (event: MouseEvent) =>
    void copyText(
      `curl -N '${location.origin}/streams/${id}/events'`,
      event.currentTarget as HTMLElement,
    );
  const stop = el("button", { type: "button", class: "danger", hidden: true }, "Cancel stream");
  askedOnce(stop, async () => {
    await ask("POST", `/streams/${id}/stop`, {});
    look();
  });
  const tools = [
    stop,
    el("button", { type: "button", onclick: json }, "Copy JSON"),
    el("button", { type: "button", onclick: curl }, "Copy curl"),
  ];
  openSheet(place, { name: `Stream ${id}`, wide: true, tools, closed: () => clearTimeout(timer) });
  place.textContent = "Reading…";
  const look = async () => {
    clearTimeout(timer);
    try {
      detail = await ask<StreamDetail>("GET", `/ops/streams/${id}`);
      show(place, detail, nowMs());
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      place.replaceChildren(el("p", { class: "trouble" }, said));
      return;
    }
    const runs = isLive(detail.row.now.state);
    stop.hidden = !runs;
    if (runs && place.isConnected) timer = setTimeout(look, AGAIN_MS);
  };
  await look();
}

/** Asks before it does what cannot be undone: the second press does it. */
function askedOnce(button: HTMLButtonElement, act: () => Promise<void>): void {
  const words = button.textContent ?? "";
  let isSure = false;
  button.addEventListener("click", async () => {
    if (!isSure) {
      isSure = true;
      button.textContent = "Really? Press again";
      return;
    }
    isSure = false;
    button.textContent = words;
    try {
      await act();
    } catch (error) {
      at("status").textContent = error instanceof Error ? error.message : String(error);
    }
  });
}

function show(place: HTMLElement, detail: StreamDetail, nowMs: number): void {
  const { row, requestId, omitted, firsts, end } = detail;
  const { now, model, client, door } = row;
  const facts = [
    model,
    `for ${client}`,
    `door ${door}`,
    now.totalMs !== undefined ? ms(now.totalMs) : "running",
    firsts.text !== undefined && `first text ${ms(firsts.text)}`,
    `${count(end?.chars ?? now.chars)} characters`,
    end?.usage && `${count(end.usage.output)} tokens`,
    `request ${requestId}`,
    end?.responseId && `response ${end.responseId}`,
  ].filter(Boolean);
  const waterfall = new Waterfall(detail, nowMs);
  const happenings = happeningsOf(detail);
  const left = OMITTED.flatMap((name) =>
    omitted[name] > 0 ? [many(omitted[name], name.slice(0, -1), name)] : [],
  );
  place.replaceChildren(
    el(
      "p",
      { class: "detail-facts" },
      stateCell(now.state),
      el("span", { class: "small" }, facts.join(" · ")),
    ),
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Waterfall" },
      waterfall.element as unknown as HTMLElement,
    ),
    el(
      "p",
      { class: "small legend" },
      "outlined: connecting · bars: chunks, as high as their text · amber: silence · dotted: wait · ⊕ blue: splice · ✕ red: failure",
    ),
    left.length > 0 ? el("p", { class: "small" }, `Not kept: ${left.join(", ")}.`) : "",
    tableOf(happenings, (i) => {
      const one = happenings[i];
      if (one) waterfall.point(one);
    }),
  );
}

function tableOf(
  happenings: ReturnType<typeof happeningsOf>,
  point: (i: number) => void,
): HTMLElement {
  const rows = happenings.map(({ t, what, detail }, i) => {
    const before = happenings[i - 1]?.t ?? 0;
    const row = el(
      "tr",
      { tabindex: "0", onfocus: () => point(i), onmouseenter: () => point(i) },
      el("td", { class: "right" }, ms(t)),
      el("td", { class: "right small" }, i === 0 ? "" : `+${ms(t - before)}`),
      el("td", {}, what),
      el("td", {}, detail),
    );
    return row;
  });
  const head = ["Time", "+Δ", "Event", "Detail"];
  const table = el(
    "table",
    { class: "grid" },
    el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...rows),
  );
  // `[` and `]` step from event to event.
  table.addEventListener("keydown", ({ key }) => {
    const by = { "[": -1, "]": 1, ArrowUp: -1, ArrowDown: 1 }[key];
    const at = rows.indexOf(document.activeElement as HTMLTableRowElement);
    if (by !== undefined && at >= 0) rows[at + by]?.focus();
  });
  return el("div", { class: "scroll" }, table);
}
