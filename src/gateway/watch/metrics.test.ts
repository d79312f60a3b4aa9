import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { failure } from "../../core/failures.ts";
import type { StreamEvent, TerminalEvent } from "../../core/index.ts";
import type { StreamInfo } from "../watcher.ts";
import { Metrics } from "./metrics.ts";

const DOCS = resolve(import.meta.dirname, "../../../docs");
const SOURCES = {
  inFlight: () => 3,
  queued: () => 2,
  readers: () => 4,
  storeOk: () => true,
  keys: () => [{ name: "key1", state: "cooling", inFlight: 1 }],
  circuits: () => [{ model: "m", state: "open", share: 0 }],
};

function info(n: number, model = "gemini-3.6-flash"): StreamInfo {
  return {
    id: `s${n}`,
    requestId: "r",
    client: `c${n % 2}`,
    model,
    door: "native",
    startedAtMs: 0,
    takenOver: n === 1,
  };
}

const END = {
  seq: 9,
  t: 900,
  text: "abc",
  attempts: 2,
  retried: false,
  recovered: true,
  splices: [],
  totalMs: 900,
  usage: { prompt: 10, output: 20, thoughts: 5, cached: 0, total: 35 },
};

/** A stream that broke after text and was mended, and one that failed. */
function played(): Metrics {
  const metrics = new Metrics(SOURCES);
  for (const n of [1, 2]) {
    const one = info(n);
    const tell = (event: Partial<StreamEvent>) =>
      metrics.event(one, { seq: 0, t: 100, ...event } as StreamEvent);
    metrics.begin(one);
    tell({ type: "attempt", n: 1, reason: "first", how: "fresh" });
    tell({ type: "first", kind: "text", t: 250 });
    tell({ type: "chunk", t: 250, attempt: 1, chunk: {} });
    tell({ type: "chunk", t: 290, attempt: 1, chunk: {} });
    tell({ type: "stall", silentMs: 5, thresholdMs: 4 });
    tell({
      type: "failure",
      attempt: 1,
      failure: failure("conn_reset"),
      verdict: n === 1 ? "resume" : "stop",
    });
    if (n === 1) tell({ type: "splice", how: "anchor", confidence: "exact" } as never);
    metrics.end(
      one,
      (n === 1
        ? { ...END, type: "done" }
        : { ...END, type: "failed", failure: failure("conn_reset") }) as TerminalEvent,
    );
  }
  metrics.served({
    requestId: "r",
    method: "POST",
    route: "/streams",
    status: 429,
    client: "c",
    ms: 1,
    refused: "client_requests_limited",
  });
  return metrics;
}

test("a stream that was mended and one that failed, as numbers", async () => {
  const text = await played().text();
  for (const line of [
    'pollux_streams_total{model="gemini-3.6-flash",door="native",fate="completed_after_recovery"} 1',
    'pollux_streams_total{model="gemini-3.6-flash",door="native",fate="failed"} 1',
    'pollux_broken_after_text_total{model="gemini-3.6-flash",result="recovered"} 1',
    'pollux_broken_after_text_total{model="gemini-3.6-flash",result="failed"} 1',
    'pollux_failures_total{model="gemini-3.6-flash",code="conn_reset",verdict="resume"} 1',
    'gen_ai_client_token_usage_total{gen_ai_request_model="gemini-3.6-flash",gen_ai_token_type="thoughts"} 10',
    'gen_ai_server_time_to_first_token_seconds_bucket{le="0.25",gen_ai_request_model="gemini-3.6-flash"} 2',
    'pollux_chunk_gap_seconds_bucket{le="0.05"} 2',
    'pollux_chunk_gap_seconds_bucket{le="0.025"} 0',
    "pollux_chunk_gap_seconds_count 2",
    "pollux_chunks_total 4",
    "pollux_taken_over_total 1",
    "pollux_in_flight 3",
    'pollux_key_state{key="key1",state="cooling"} 1',
    'pollux_key_state{key="key1",state="ok"} 0',
    'pollux_circuit_state{model="m",state="open"} 1',
  ])
    assert.ok(text.includes(`${line}\n`), `${line}\n${text}`);
});

test("there is no end of models and clients, but one of labels", async () => {
  const metrics = new Metrics(SOURCES);
  for (let n = 0; n < 500; n += 1) {
    const one = { ...info(n, `model-${n}`), client: `client-${n}` };
    metrics.begin(one);
    metrics.end(one, { ...END, type: "done" } as TerminalEvent);
  }
  const text = await metrics.text();
  const models = new Set([...text.matchAll(/[{,]model="([^"]+)",door/g)].map(([, name]) => name));
  const clients = new Set([...text.matchAll(/[{,]client="([^"]+)"/g)].map(([, name]) => name));
  assert.deepEqual([models.size, clients.size], [51, 201]);
});

/** Metric and label names in a query. */
function namesIn(query: string): { metrics: string[]; labels: string[] } {
  const metrics = [...query.matchAll(/\b((?:pollux|gen_ai|process)_[a-z_]+)\b(?=[{[\s)]|$)/g)].map(
    ([, name]) => name as string,
  );
  const selectors = [...query.matchAll(/\{([^}]*)\}/g)].map(([, inner]) => inner as string);
  const labels = selectors.flatMap((inner) =>
    [...inner.matchAll(/(\w+)\s*[=!]/g)].map(([, name]) => name as string),
  );
  const grouped = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, inner]) =>
    (inner as string).split(/,\s*/),
  );
  return {
    metrics: metrics.filter((name) => !labels.includes(name) && !grouped.includes(name)),
    labels: [...labels, ...grouped],
  };
}

test("the dashboard and the alerts ask only for what there is", async () => {
  const text = await played().text();
  const known = new Map<string, Set<string>>();
  for (const [, name = "", labels = ""] of text.matchAll(/^(\w+)(?:\{([^}]*)\})? /gm)) {
    const set = known.get(name) ?? new Set<string>();
    known.set(name, set);
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) set.add(label);
  }
  const dashboard = JSON.parse(readFileSync(`${DOCS}/grafana.json`, "utf8")) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  const page = readFileSync(`${DOCS}/operating.md`, "utf8");
  const queries = [
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...[...page.matchAll(/^\s+expr: (.*)$/gm)].map(([, expr]) => expr as string),
  ];
  assert.ok(queries.length > 25);
  for (const query of queries) {
    const { metrics, labels } = namesIn(query);
    assert.ok(metrics.length > 0, query);
    for (const metric of metrics) assert.ok(known.has(metric), `${metric} in ${query}`);
    for (const label of labels) {
      const has = metrics.some((metric) => known.get(metric)?.has(label));
      assert.ok(has, `${label} in ${query}`);
    }
  }
});
