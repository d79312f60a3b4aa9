// One sanitised file that tells somebody else what is broken: the exact error, the identifiers, the
// versions, the times, the shape of what was asked, and the steps to see it again.
import { redactPersonal } from "../core/failures.ts";
import type { Exchange } from "./exchange.ts";
import type { Report } from "./finding.ts";
import type { Paths } from "./paths.ts";

/** A report made to be handed on: what failed, how to repeat it, and no secret. */
export interface Bundle extends Report {
  bundle: "pollux.bundle/1";
  /** The time of the machine, with its offset, as its own logs have it. */
  localTime: string;
  zone: string;
  /** The first broken boundary, with the words of whoever refused. */
  error: {
    check: string;
    code: string;
    value: string;
    httpStatus?: number;
    exact?: string;
    requestId?: string;
    responseId?: string;
  } | null;
  steps: string[];
  /** Where two ways were compared. */
  paths?: Paths;
}

/** A report as a bundle. */
export function bundleOf(report: Report, date: Date, paths?: Paths): Bundle {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return {
    bundle: "pollux.bundle/1",
    localTime: localTime(date),
    zone,
    error: errorOf(report),
    steps: stepsOf(report),
    ...report,
    ...(paths && { paths }),
  };
}

function errorOf({ findings, exchanges }: Report): Bundle["error"] {
  const first =
    findings.find(({ status }) => status === "problem") ??
    findings.find(({ status }) => status === "warn");
  if (!first) return null;
  const said = exchanges.findLast(({ check, code }) => check === first.id && code !== undefined);
  return {
    check: first.id,
    code: first.code ?? "unknown",
    value: first.value,
    ...(said?.status !== undefined && { httpStatus: said.status }),
    ...(said?.error !== undefined && { exact: said.error }),
    ...(said && { requestId: said.requestId }),
    ...(said?.responseId && { responseId: said.responseId }),
  };
}

function stepsOf({ target, exchanges, versions }: Report): string[] {
  const asked =
    exchanges.find(
      ({ method, code, check }) => method === "POST" && code && check !== "rejection",
    ) ?? exchanges.find(({ check }) => check === "stream");
  const how = asked
    ? `${asked.method} ${target.address}/v1beta/${asked.path} with x-goog-api-key and a body of the shape ${JSON.stringify(asked.request)}`
    : `pollux doctor --model ${target.model}`;
  return [
    `Node ${versions.node}, pollux ${versions.pollux}, ${versions.platform}; the way: ${target.via}.`,
    `Put an API key into the environment (GEMINI_API_KEY).`,
    how,
    "Or let pollux do the same and compare: pollux repro <this file>",
  ];
}

/** `2026-03-01T09:30:00.000+02:00` */
function localTime(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const two = (amount: number) => String(Math.floor(Math.abs(amount))).padStart(2, "0");
  const shifted = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
  return `${shifted}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}

/** The path of the first text that still holds a secret or tells of a person, if there is one. */
export function leakIn(value: unknown, secrets: readonly string[], path = ""): string | undefined {
  if (typeof value === "string")
    return redactPersonal(value, secrets) === value ? undefined : path || "(the whole)";
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, one] of Object.entries(value)) {
    const at = path === "" ? name : `${path}.${name}`;
    const leak = leakIn(name, secrets, `${at} (its name)`) ?? leakIn(one, secrets, at);
    if (leak !== undefined) return leak;
  }
  return undefined;
}

/** A bundle for people. */
export function bundleMarkdown(bundle: Bundle): string {
  const { error, target, versions, findings, facts, exchanges, steps } = bundle;
  const lines = [
    `# Pollux evidence, ${bundle.localTime} (${bundle.zone})`,
    "",
    error ? `**${error.check}: ${error.code}**. ${oneLine(error.value)}` : "Every boundary holds.",
    "",
    ...(error?.exact ? ["```", error.exact.replaceAll("```", "` ` `"), "```", ""] : []),
    table(
      ["what", "value"],
      [
        ...(error?.httpStatus ? [["status", String(error.httpStatus)]] : []),
        ...(error?.requestId ? [["request id", error.requestId]] : []),
        ...(error?.responseId ? [["response id", error.responseId]] : []),
        ["address", target.address],
        ["way", target.via],
        ["model", target.model],
        ["versions", `Node ${versions.node}, pollux ${versions.pollux}, ${versions.platform}`],
        ["UTC", bundle.at],
        ...Object.entries(facts).map(([name, value]) => [name, String(value)]),
      ],
    ),
    "",
    "## To see it again",
    "",
    ...steps.map((step, index) => `${index + 1}. ${step}`),
    "",
    ...(bundle.paths
      ? [
          "## Two ways",
          "",
          bundle.paths.reading,
          "",
          table(
            ["check", ...bundle.paths.ways.map(({ name }) => name)],
            bundle.paths.rows.map(({ check, seen }) => [check, ...seen]),
          ),
          "",
        ]
      : []),
    "## Findings",
    "",
    table(
      ["check", "status", "code", "seen", "ms"],
      findings.map(({ id, status, code, value, ms }) => [id, status, code ?? "", value, `${ms}`]),
    ),
    "",
    "## Requests",
    "",
    table(
      ["check", "request", "status", "first ms", "ms", "chunks", "request id", "response id"],
      exchanges.map(rowOf),
    ),
    "",
    "Neither content nor secrets: of each request only its shape is told, of each answer its size.",
    "",
  ];
  return lines.join("\n");
}

function rowOf(one: Exchange): string[] {
  const text = (value: unknown) => (value === undefined ? "" : String(value));
  const { check, method, path, status, firstMs, ms, chunks, requestId, responseId } = one;
  return [
    check,
    `${method} ${path}`,
    ...[status, firstMs, ms, chunks, requestId, responseId].map(text),
  ];
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => oneLine(cell)).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|");
}
