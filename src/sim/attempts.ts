// Which attempt at the same answer a request is, and which faults meet it. Attempts are counted for
// each stream and scenario apart; a stream is known by `x-sim-stream`, else by its prompt.
import type { FaultCall } from "./faults/fault.ts";
import { hash, random } from "./random.ts";
import { parseScenario, type Scenario } from "./scenario.ts";

const COUNTS_MAX = 10_000;
const SCENARIOS_MAX = 100;

export interface Arrival {
  /** The header `x-sim`: a scenario for this request alone. */
  header: string | undefined;
  stream: string | undefined;
  /** The prompt, or the path of a request without one. */
  key: string;
  model: string | undefined;
  path: string;
  /** Asks for an answer; other requests meet only scenarios that name their path. */
  generates: boolean;
}

export class Attempts {
  private scenarios: Scenario[] = [];
  private readonly counts = new Map<string, number>();
  private readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  get list(): readonly Scenario[] {
    return this.scenarios;
  }

  add(value: unknown): Scenario {
    const scenario = parseScenario(value);
    if (this.scenarios.length >= SCENARIOS_MAX) this.scenarios.shift();
    this.scenarios.push(scenario);
    return scenario;
  }

  clear(): void {
    this.scenarios = [];
    this.counts.clear();
  }

  /** Throws what `parseScenario` throws when the request's own header cannot be read. */
  next(arrival: Arrival): { n: number; calls: FaultCall[] } {
    const { header, stream, key, model, path, generates } = arrival;
    const own = header === undefined ? undefined : parseScenario(header);
    const scenario =
      own ??
      this.scenarios.findLast(({ match }) => {
        if (match?.model && match.model !== model) return false;
        return match?.path ? path.includes(match.path) : generates;
      });
    const n = this.count(`${generates} ${stream ?? key}\n${scenario?.text ?? ""}`);
    if (!scenario) return { n, calls: [] };
    const { attempts } = scenario;
    const beyond = scenario.after === "repeat-last" ? attempts.at(-1) : [];
    const chance = random(hash(`${stream ?? key} ${n}`, this.seed ^ (scenario.seed ?? 0)));
    const calls = (attempts[n - 1] ?? beyond ?? []).filter(
      (call) => call.chance === undefined || chance.next() < call.chance,
    );
    return { n, calls };
  }

  private count(id: string): number {
    const n = (this.counts.get(id) ?? 0) + 1;
    // Taken out and put back, so that the first of the map is the one longest unused.
    this.counts.delete(id);
    this.counts.set(id, n);
    if (this.counts.size > COUNTS_MAX) {
      const oldest = this.counts.keys().next().value;
      if (oldest !== undefined) this.counts.delete(oldest);
    }
    return n;
  }
}
