// What Google lets through: each model's quota as far as it is known, the keys and what they rest from,
// and the circuits that are not closed.
import type { CircuitRow, KeyRow, LimitRow } from "../../gateway/index.ts";
import { at, el } from "../shared/element.ts";
import type { Board } from "./board.ts";
import { clock, count, countdown } from "./words.ts";

const STATES: Readonly<Record<LimitRow["state"], readonly [word: string, level: string]>> = {
  ok: ["ok", "ok"],
  throttled: ["throttled", "warn"],
  exhausted: ["exhausted", "bad"],
  no_quota: ["no quota", "bad"],
};

export class Limits {
  private readonly board: Board;

  constructor(board: Board) {
    this.board = board;
  }

  update(): void {
    const { told, nowMs } = this.board;
    if (!told) return;
    const parts: HTMLElement[] = [];
    if (told.limits.length > 0) parts.push(modelTable(told.limits, nowMs));
    if (told.keys.length > 0) parts.push(keyTable(told.keys, nowMs));
    const circuits = told.circuits.filter(({ state }) => state !== "closed");
    if (circuits.length > 0) parts.push(circuitTable(circuits, nowMs));
    const empty = el("p", {}, "Nothing is known of limits yet: no request has met one.");
    const shown = parts.length > 0 ? parts : [el("div", { class: "card empty" }, empty)];
    const made = el("div", { class: "stack" }, ...shown);
    const place = at("limit-list");
    // Only where something is new, so that a selection stays.
    if (place.firstElementChild?.isEqualNode(made)) return;
    place.replaceChildren(made);
  }
}

function modelTable(rows: readonly LimitRow[], nowMs: number): HTMLElement {
  return table(
    "Models and their quota",
    ["Model", "State", "Quota", "Limit", "Retry in", "Requests/min", "Tokens/min"],
    rows.map((row) => {
      const [word, level] = STATES[row.state];
      return [
        row.model,
        el("span", { class: `is-${level}` }, word),
        row.quotaId ?? row.code ?? "–",
        row.limit ?? "unknown",
        row.retryAtMs !== undefined && row.retryAtMs > nowMs
          ? countdown(row.retryAtMs - nowMs)
          : "–",
        count(row.requestsPerMinute),
        count(row.tokensPerMinute),
      ];
    }),
  );
}

function keyTable(rows: readonly KeyRow[], nowMs: number): HTMLElement {
  return table(
    "Keys",
    ["Key", "Ends with", "State", "In flight", "Rests from"],
    rows.map(({ name, ending, state, inFlight, rests }) => [
      name,
      el("code", {}, `…${ending}`),
      el("span", { class: state === "ok" ? "is-ok" : "is-warn" }, state),
      count(inFlight),
      rests.length === 0
        ? "–"
        : rests
            .map(({ model, code, untilMs }) => `${model}: ${code} until ${until(untilMs, nowMs)}`)
            .join("; "),
    ]),
  );
}

function until(atMs: number, nowMs: number): string {
  return `${clock(atMs)} (${countdown(Math.max(0, atMs - nowMs))})`;
}

function circuitTable(rows: readonly CircuitRow[], nowMs: number): HTMLElement {
  return table(
    "Circuits that are not closed",
    ["Model", "State", "Let through", "Tried again in"],
    rows.map(({ model, state, share, retryAtMs }) => [
      model,
      el("span", { class: "is-warn" }, state),
      `${Math.round(share * 100)} %`,
      retryAtMs !== undefined && retryAtMs > nowMs ? countdown(retryAtMs - nowMs) : "–",
    ]),
  );
}

function table(
  name: string,
  head: readonly string[],
  rows: readonly (readonly (string | HTMLElement)[])[],
): HTMLElement {
  const made = el(
    "table",
    { class: "grid cards", "aria-label": name },
    el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
    el(
      "tbody",
      {},
      ...rows.map((cells) =>
        el("tr", {}, ...cells.map((cell, i) => el("td", { "data-label": head[i] ?? "" }, cell))),
      ),
    ),
  );
  return el("div", { class: "card scroll" }, made);
}
