// Runs the checks in order, each within its time; what stands on a broken one is skipped and says so.
import { classifyThrown, redactPersonal } from "../core/failures.ts";
import type { Check, Known, Scene } from "./checks/check.ts";
import { CHECKS } from "./checks/index.ts";
import { adviceOf, type Finding, type Report, type Seen, type Status } from "./finding.ts";
import { type Target, type TargetOptions, targetOf } from "./target.ts";
import type { World } from "./world.ts";

/** What to examine, and how. */
export interface ExamineOptions extends TargetOptions {
  /** Nothing leaves the machine. */
  offline?: boolean | undefined;
  /** Only these checks, and what they need. */
  only?: readonly string[] | undefined;
  /** Each check's time. */
  timeoutMs?: number | undefined;
}

/** What `examine` tells while it runs. */
export type Progress =
  | { type: "begin"; id: string; title: string }
  | { type: "finding"; finding: Finding };

const TIMEOUT_MS = 15_000;

/** Runs the checks one after the other and tells each finding; returns the report. */
export async function* examine(
  world: World,
  options: ExamineOptions,
): AsyncGenerator<Progress, Report> {
  const target = targetOf(world, options);
  const simulated = target.simulated || options.offline === true;
  const asked = { ...target, simulated };
  const known: Known = { exchanges: [], facts: {} };
  const findings: Finding[] = [];
  const began = world.now();
  const at = world.date().toISOString();
  for (const check of chosen(options.only, simulated)) {
    yield { type: "begin", id: check.id, title: check.title };
    const finding = await runCheck(check, { world, target: asked, known, findings, options });
    findings.push(finding);
    yield { type: "finding", finding };
  }
  return reportOf(
    world,
    asked,
    { findings, ...known },
    { at, ms: Math.round(world.now() - began) },
  );
}

/** Everything at once, for those who want only the result. */
export async function examineAll(world: World, options: ExamineOptions): Promise<Report> {
  const run = examine(world, options);
  for (;;) {
    const next = await run.next();
    if (next.done) return next.value;
  }
}

/** What this run will cost, before it does. */
export function costs(options: ExamineOptions): string[] {
  if (options.simulated || options.offline) return [];
  return chosen(options.only, false)
    .filter(({ id }) => options.gateway !== undefined || !id.startsWith("gateway"))
    .filter(({ id }) => options.request !== undefined || id !== "request")
    .flatMap(({ title, spends }) => (spends ? [`${title}: ${spends}`] : []));
}

interface Run {
  world: World;
  target: Target;
  known: Known;
  findings: readonly Finding[];
  options: ExamineOptions;
}

async function runCheck(check: Check, run: Run): Promise<Finding> {
  const { world, target, findings, options } = run;
  const began = world.now();
  const inner = target.simulated && check.group === "Gemini";
  const broken = needsOf(check, target.simulated).find((id) =>
    findings.some(
      (one) => one.id === id && (one.status === "problem" || one.value.startsWith(WAITS)),
    ),
  );
  let seen: Seen;
  if (broken !== undefined) seen = { status: "skipped", value: `${WAITS} ${broken}` };
  else if (options.offline && check.online && !inner) seen = { status: "skipped", value: OFFLINE };
  else seen = await inTime(check, run, inner);
  const { status, code } = seen;
  const clean = (text: string) =>
    redactPersonal(text, target.key ? [target.key] : [])
      .replace(/\s+/g, " ")
      .trim();
  const advice = code && adviceOf(code);
  return {
    id: check.id,
    group: check.group,
    title: check.title,
    status,
    ...(code && { code }),
    value: clean(seen.value) + (inner && status !== "skipped" ? " (simulator)" : ""),
    ...(advice && { why: advice.why, fix: clean(seen.fix ?? advice.fix), docs: advice.docs }),
    ms: Math.round(world.now() - began),
  };
}

const WAITS = "waits for";
const OFFLINE = "offline";

/** The simulator needs neither key nor network. */
function needsOf(check: Check, simulated: boolean): readonly string[] {
  if (!simulated || check.group !== "Gemini") return check.needs;
  return check.needs.filter((id) => CHECKS.find((one) => one.id === id)?.group === "Gemini");
}

async function inTime(check: Check, run: Run, inner: boolean): Promise<Seen> {
  const { world, target, known, options } = run;
  const timeout = new AbortController();
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const cancel = world.setTimer(
    () => timeout.abort(new Error("the check's time is over")),
    timeoutMs,
  );
  const scene: Scene = {
    check: check.id,
    world,
    target,
    apiUrl: inner ? "http://simulator.invalid" : target.baseUrl,
    // A proxy that is no URL is one check's finding, not every check's end.
    fetch:
      (inner ? world.simulated : undefined) ??
      (async (...args) => world.fetchVia(target.proxy)(...args)),
    known,
    signal: timeout.signal,
  };
  let late: (() => void) | undefined;
  // A check that does not listen to its signal is left behind a little later.
  const left = new Promise<Seen>((resolve) => {
    timeout.signal.addEventListener("abort", () => {
      late = world.setTimer(
        () =>
          resolve({ status: "problem", code: "check_timeout", value: `more than ${timeoutMs} ms` }),
        GRACE_MS,
      );
    });
  });
  try {
    return await Promise.race([check.run(scene), left]);
  } catch (error) {
    return { status: "problem", code: "check_failed", value: classifyThrown(error).message };
  } finally {
    cancel();
    late?.();
  }
}

const GRACE_MS = 500;

function chosen(only: readonly string[] | undefined, simulated: boolean): readonly Check[] {
  if (only === undefined) return CHECKS;
  const wanted = new Set(only);
  // Needs stand before those who need them, so one pass from the end finds all.
  for (const check of CHECKS.toReversed()) {
    if (wanted.has(check.id)) for (const id of needsOf(check, simulated)) wanted.add(id);
  }
  return CHECKS.filter(({ id }) => wanted.has(id));
}

function reportOf(
  world: World,
  target: Target,
  { findings, facts, exchanges }: Pick<Report, "findings" | "facts" | "exchanges">,
  run: { at: string; ms: number },
): Report {
  const counts: Record<Status, number> = { ok: 0, warn: 0, problem: 0, skipped: 0 };
  for (const { status } of findings) counts[status] += 1;
  const first =
    findings.find(({ status }) => status === "problem") ??
    findings.find(({ status }) => status === "warn");
  const { address, via } = addressOf(target);
  return {
    schema: "pollux.doctor/1",
    verdict: counts.problem > 0 ? "problem" : counts.warn > 0 ? "warn" : "ok",
    summary: first ? `${first.title}: ${first.value}` : "Every boundary holds.",
    ...run,
    target: { address, model: target.model, via, simulated: target.simulated },
    versions: world.versions,
    counts,
    findings,
    facts,
    exchanges,
  };
}

function addressOf({ baseUrl, proxy, key }: Target): { address: string; via: string } {
  const clean = (text: string) => redactPersonal(text, key ? [key] : []);
  return { address: clean(baseUrl), via: proxy === undefined ? "direct" : clean(proxy) };
}
