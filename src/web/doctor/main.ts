// START HERE. The doctor's page: the same findings as `pollux doctor`, of the gateway's own way to Gemini.
// Nothing is spent before somebody asks for it.
import type { Finding, Report } from "../../doctor/index.ts";
import { copyText } from "../shared/copy.ts";
import { at, el } from "../shared/element.ts";
import { ask, signedIn } from "../shared/house.ts";
import { applyTheme, turnTheme } from "../shared/theme.ts";
import { asText } from "./report.ts";

const SIGNS: Readonly<Record<Finding["status"], string>> = {
  ok: "✔",
  warn: "!",
  problem: "✖",
  skipped: "–",
};
const WORDS: Readonly<Record<Finding["status"], string>> = {
  ok: "ok",
  warn: "warning",
  problem: "problem",
  skipped: "skipped",
};
const VERDICTS: Readonly<Record<Report["verdict"], string>> = {
  ok: "Nothing is wrong",
  warn: "It works, with a warning",
  problem: "Something is broken",
};

let report: Report | undefined;

async function examine(offline: boolean): Promise<void> {
  const buttons = ["run", "run-offline"].map((id) => at<HTMLButtonElement>(id));
  for (const button of buttons) button.disabled = true;
  at("trouble").hidden = true;
  at("verdict").textContent = "Examining…";
  at("status").textContent = "Examining";
  at("findings").setAttribute("aria-busy", "true");
  try {
    report = await ask<Report>("GET", `/doctor${offline ? "?offline=true" : ""}`);
    show(report);
  } catch (error) {
    const place = at("trouble");
    place.hidden = false;
    place.textContent = error instanceof Error ? error.message : String(error);
    at("verdict").textContent = "Doctor";
  } finally {
    for (const button of buttons) button.disabled = false;
    at("findings").removeAttribute("aria-busy");
    at("run").textContent = "Examine again";
  }
}

function show(found: Report): void {
  const { verdict, summary, counts, ms, target, versions, at: when } = found;
  document.body.dataset.verdict = verdict;
  at("verdict").textContent = VERDICTS[verdict];
  const told = (["ok", "warn", "problem", "skipped"] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${WORDS[status]}`);
  at("summary").replaceChildren(
    el("strong", {}, summary),
    el("br"),
    `${told.join(" · ")} · ${(ms / 1000).toFixed(1)} s · ${target.address}, ${target.model}${target.simulated ? ", the simulator" : ""} · ${new Date(when).toLocaleString("en-GB")} · Node ${versions.node}, Pollux ${versions.pollux}`,
  );
  at("status").textContent = `${VERDICTS[verdict]}. ${summary}`;
  at("spends").textContent = "";
  for (const id of ["copy", "json"]) at(id).hidden = false;
  const urgent = found.findings.filter(({ status }) => status === "problem" || status === "warn");
  const groups = new Map<string, Finding[]>();
  for (const finding of found.findings)
    groups.set(finding.group, [...(groups.get(finding.group) ?? []), finding]);
  at("findings").replaceChildren(
    ...(urgent.length > 0 ? [section("First", urgent, true)] : []),
    ...[...groups].map(([name, findings]) => section(name, findings, false)),
  );
}

function section(name: string, findings: readonly Finding[], isOpen: boolean): HTMLElement {
  return el(
    "section",
    { class: isOpen ? "group first" : "group" },
    el("h2", {}, name),
    el("ul", { class: "card" }, ...findings.map((finding) => row(finding, isOpen))),
  );
}

function row(finding: Finding, isFull: boolean): HTMLElement {
  const { id, title, status, value, ms, why, fix, docs, code } = finding;
  const more = isFull && (why || fix || docs);
  return el(
    "li",
    { class: `finding ${status}` },
    el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[status]),
    el(
      "div",
      { class: "told" },
      el(
        "p",
        {},
        el("span", { class: "unseen" }, `${WORDS[status]}: `),
        el("strong", {}, title),
        el("span", { class: "value" }, value),
      ),
      more
        ? el(
            "dl",
            {},
            ...(why ? [el("dt", {}, "Why it matters"), el("dd", {}, why)] : []),
            ...(fix
              ? [el("dt", {}, "Fix"), el("dd", {}, el("span", {}, fix), copyButton(fix))]
              : []),
            el("dt", {}, "Name"),
            el("dd", {}, el("code", {}, code ?? id), docs ? ` · ${docs}` : ""),
          )
        : "",
    ),
    el("span", { class: "small took" }, status === "skipped" ? "" : `${Math.round(ms)} ms`),
  );
}

function copyButton(text: string): HTMLElement {
  const onclick = (event: MouseEvent) => void copyText(text, event.currentTarget as HTMLElement);
  return el("button", { type: "button", class: "small-button", onclick }, "Copy");
}

async function start(): Promise<void> {
  applyTheme();
  at("theme").addEventListener("click", turnTheme);
  at("run").addEventListener("click", () => void examine(false));
  at("run-offline").addEventListener("click", () => void examine(true));
  const copying = (text: (found: Report) => string) => (event: MouseEvent) => {
    if (report) void copyText(text(report), event.currentTarget as HTMLElement);
  };
  at("copy").addEventListener("click", copying(asText));
  at("json").addEventListener(
    "click",
    copying((found) => JSON.stringify(found, null, 2)),
  );
  const me = await signedIn(true);
  at("upstream").textContent = me.sim ? "the simulator answers" : me.upstream;
  const { model, spends } = await ask<{ model: string; spends: string[] }>(
    "GET",
    "/doctor?plan=true",
  );
  // The simulator costs nothing: it is examined at once.
  if (me.sim) return examine(false);
  at("spends").textContent =
    spends.length > 0 ? `Examining ${model} will spend: ${spends.join("; ")}.` : "";
}

start().catch((error) => {
  const place = at("trouble");
  place.hidden = false;
  place.textContent = `The gateway cannot be reached: ${error instanceof Error ? error.message : error}`;
});
