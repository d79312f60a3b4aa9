// Numbers for Prometheus. Names follow OpenTelemetry's conventions for generative AI where there are
// any; what happens at every chunk is counted by hand, because it happens often.
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { isTerminal, type StreamEvent, type TerminalEvent } from "../../core/index.ts";
import type { Served, StreamInfo, Watcher } from "../watcher.ts";
import { fateOf } from "./fate.ts";
import { Names } from "./names.ts";

/** What is asked at each scrape instead of being told. */
interface Sources {
  inFlight(): number;
  queued(): number;
  readers(): number;
  storeOk(): boolean;
  keys(): readonly { name: string; state: string; inFlight: number }[];
  circuits(): readonly { model: string; state: string; share: number }[];
}

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const GAPS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const MODELS_MAX = 50;
const CLIENTS_MAX = 200;
const KEY_STATES = ["ok", "cooling", "out"];
const CIRCUIT_STATES = ["closed", "open", "trying", "returning"];

interface Flow {
  lastChunkMs: number | undefined;
  brokeAfterText: boolean;
  text: boolean;
}

/** Counts what happens, for Prometheus. */
export class Metrics implements Watcher {
  private readonly registry = new Registry();
  private readonly models = new Names(MODELS_MAX);
  private readonly clients = new Names(CLIENTS_MAX);
  private readonly flows = new Map<string, Flow>();
  private readonly gapCounts = new Float64Array(GAPS.length + 1);
  private gapSum = 0;
  private chunkCount = 0;
  private readonly sources: Sources;
  private readonly duration;
  private readonly ttft;
  private readonly tokens;
  private readonly outcomes;
  private readonly failures;
  private readonly attempts;
  private readonly splices;
  private readonly stalls;
  private readonly breaks;
  private readonly requests;
  private readonly clientStreams;
  private readonly takenOver;

  constructor(sources: Sources) {
    this.sources = sources;
    const registers = [this.registry];
    const counter = (name: string, help: string, labelNames: string[]) =>
      new Counter({ name, help, labelNames, registers });
    const seconds = (name: string, help: string, labelNames: string[], buckets = SECONDS) =>
      new Histogram({ name, help, labelNames, buckets, registers });
    this.duration = seconds(
      "gen_ai_client_operation_duration_seconds",
      "Streams, from request to end.",
      ["gen_ai_request_model", "fate"],
    );
    this.ttft = seconds("gen_ai_server_time_to_first_token_seconds", "Time to the first text.", [
      "gen_ai_request_model",
    ]);
    this.tokens = counter("gen_ai_client_token_usage_total", "Tokens, summed over all attempts.", [
      "gen_ai_request_model",
      "gen_ai_token_type",
    ]);
    this.outcomes = counter("pollux_streams_total", "Ended streams by how they fared.", [
      "model",
      "door",
      "fate",
    ]);
    this.failures = counter(
      "pollux_failures_total",
      "Failed attempts by code and what was decided.",
      ["model", "code", "verdict"],
    );
    this.attempts = counter(
      "pollux_attempts_total",
      "Upstream calls by why and how they were made.",
      ["model", "reason", "how"],
    );
    this.splices = counter("pollux_splices_total", "Seams in delivered answers.", [
      "model",
      "how",
      "confidence",
    ]);
    this.stalls = counter("pollux_stalls_total", "Silences that were noticed.", ["model"]);
    this.breaks = counter(
      "pollux_broken_after_text_total",
      "Streams that broke after text was shown; the yield is the share of recovered ones.",
      ["model", "result"],
    );
    this.requests = counter("pollux_http_requests_total", "Requests by route and status.", [
      "method",
      "route",
      "status",
      "refused",
    ]);
    this.clientStreams = counter("pollux_client_streams_total", "Ended streams by client.", [
      "client",
      "fate",
    ]);
    this.takenOver = counter(
      "pollux_taken_over_total",
      "Streams of dead processes that went on here.",
      [],
    );
    this.gauges();
  }

  begin(info: StreamInfo): void {
    this.flows.set(info.id, { lastChunkMs: undefined, brokeAfterText: false, text: false });
    if (info.takenOver) this.takenOver.inc();
  }

  event(info: StreamInfo, event: StreamEvent): void {
    if (event.type === "chunk") this.chunk(info.id, event.t);
    if (event.type === "chunk" || isTerminal(event)) return;
    const model = this.models.of(info.model);
    if (event.type === "attempt")
      this.attempts.inc({ model, reason: event.reason, how: event.how });
    else if (event.type === "stall") this.stalls.inc({ model });
    else if (event.type === "splice")
      this.splices.inc({ model, how: event.how, confidence: event.confidence });
    else if (event.type === "failure") {
      const { failure, verdict } = event;
      this.failures.inc({ model, code: failure.code, verdict });
      const flow = this.flows.get(info.id);
      if (flow?.text) flow.brokeAfterText = true;
    } else if (event.type === "first" && event.kind === "text") {
      this.ttft.observe({ gen_ai_request_model: model }, event.t / 1000);
      const flow = this.flows.get(info.id);
      if (flow) flow.text = true;
    }
  }

  end(info: StreamInfo, end: TerminalEvent): void {
    const model = this.models.of(info.model);
    const client = this.clients.of(info.client);
    const fate = fateOf(end);
    this.duration.observe({ gen_ai_request_model: model, fate }, end.totalMs / 1000);
    this.outcomes.inc({ model, door: info.door, fate });
    this.clientStreams.inc({ client, fate });
    const flow = this.flows.get(info.id);
    this.flows.delete(info.id);
    if (flow?.brokeAfterText && end.type !== "stopped")
      this.breaks.inc({ model, result: end.type === "done" ? "recovered" : "failed" });
    const { usage } = end;
    if (!usage) return;
    for (const [type, count] of [
      ["input", usage.prompt],
      ["output", usage.output],
      ["thoughts", usage.thoughts],
    ] as const)
      if (count > 0)
        this.tokens.inc({ gen_ai_request_model: model, gen_ai_token_type: type }, count);
  }

  lost(info: StreamInfo): void {
    this.flows.delete(info.id);
  }

  served({ method, route, status, refused }: Served): void {
    this.requests.inc({ method, route, status: String(status), refused: refused ?? "" });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  async text(): Promise<string> {
    return `${await this.registry.metrics()}${this.gapText()}`;
  }

  private chunk(id: string, t: number): void {
    this.chunkCount += 1;
    const flow = this.flows.get(id);
    if (!flow) return;
    const { lastChunkMs } = flow;
    flow.lastChunkMs = t;
    if (lastChunkMs === undefined) return;
    const gap = (t - lastChunkMs) / 1000;
    let i = 0;
    while (i < GAPS.length && gap > (GAPS[i] as number)) i += 1;
    this.gapCounts[i] = (this.gapCounts[i] as number) + 1;
    this.gapSum += gap;
  }

  private gapText(): string {
    const name = "pollux_chunk_gap_seconds";
    let text = `\n# HELP ${name} Time between the chunks of a stream.\n# TYPE ${name} histogram\n`;
    let sum = 0;
    for (const [i, le] of [...GAPS, "+Inf"].entries()) {
      sum += this.gapCounts[i] as number;
      text += `${name}_bucket{le="${le}"} ${sum}\n`;
    }
    text += `${name}_sum ${this.gapSum}\n${name}_count ${sum}\n`;
    const chunks = "pollux_chunks_total";
    return `${text}# HELP ${chunks} Chunks that were passed on.\n# TYPE ${chunks} counter\n${chunks} ${this.chunkCount}\n`;
  }

  private gauges(): void {
    const { sources } = this;
    const registers = [this.registry];
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    gauge("pollux_in_flight", "Streams this process reads from upstream.", sources.inFlight);
    gauge("pollux_queue_depth", "Requests that wait for room.", sources.queued);
    gauge("pollux_readers", "Readers attached to streams.", sources.readers);
    gauge("pollux_store_up", "Whether the log takes writes.", () => Number(sources.storeOk()));
    gauge("process_resident_memory_bytes", "Memory of this process.", () => memoryBytes());
    new Gauge({
      name: "pollux_key_state",
      help: "1 for the state a key is in.",
      labelNames: ["key", "state"],
      registers,
      collect() {
        this.reset();
        for (const { name, state } of sources.keys())
          for (const word of KEY_STATES)
            this.set({ key: name, state: word }, Number(word === state));
      },
    });
    new Gauge({
      name: "pollux_circuit_state",
      help: "1 for the state a model's circuit is in.",
      labelNames: ["model", "state"],
      registers,
      collect() {
        this.reset();
        for (const { model, state } of sources.circuits())
          for (const word of CIRCUIT_STATES)
            this.set({ model, state: word }, Number(word === state));
      },
    });
  }
}

function memoryBytes(): number {
  const { process } = globalThis as { process?: { memoryUsage?: { rss?: () => number } } };
  return process?.memoryUsage?.rss?.() ?? 0;
}
