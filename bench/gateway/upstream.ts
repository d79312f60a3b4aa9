// A Gemini that sends each stream an event every so often, as cheaply as Node can: preformatted bytes
// around the moment of sending. Run as a process of its own; tells its port.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const HEAD = 'data: {"candidates": [{"content": {"parts": [{"text": "';
const TAIL =
  ' of the river, and then on to the sea"}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 12,"candidatesTokenCount": 34,"totalTokenCount": 46,"promptTokensDetails": [{"modality": "TEXT","tokenCount": 12}]},"modelVersion": "gemini-2.5-flash","responseId": "bench"}\r\n\r\n';
/** The same of the Interactions API, of the same size. */
const BEGUN =
  'event: interaction.created\ndata: {"interaction":{"status":"in_progress","object":"interaction","model":"gemini-3.6-flash"},"event_type":"interaction.created"}\n\nevent: step.start\ndata: {"index":0,"step":{"type":"model_output"},"event_type":"step.start"}\n\n';
const DELTA_HEAD = 'event: step.delta\ndata: {"index":0,"delta":{"text":"';
const DELTA_TAIL =
  ' of the river, and then on to the sea","type":"text"},"metadata":{"total_usage":{"total_tokens":46,"total_input_tokens":12,"input_tokens_by_modality":[{"modality":"text","tokens":12}],"total_cached_tokens":0,"total_output_tokens":34,"total_tool_use_tokens":0,"total_thought_tokens":0}},"event_type":"step.delta"}\n\n';
const TICK_MS = 5;

interface Lane {
  res: ServerResponse;
  head: string;
  tail: string;
  nextAt: number;
  everyMs: number;
}

const lanes = new Set<Lane>();

const server = createServer((req, res) => {
  const everyMs = Number(req.headers["x-every-ms"] ?? process.env.EVERY_MS ?? 20);
  req.resume();
  res.writeHead(200, { "content-type": "text/event-stream" });
  res.flushHeaders();
  const spoken = req.url?.includes("/interactions");
  if (spoken) res.write(BEGUN);
  const words = spoken ? { head: DELTA_HEAD, tail: DELTA_TAIL } : { head: HEAD, tail: TAIL };
  const lane = { res, ...words, everyMs, nextAt: performance.now() + Math.random() * everyMs };
  lanes.add(lane);
  res.on("close", () => lanes.delete(lane));
  res.on("error", () => {});
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});

setInterval(() => {
  const now = performance.now();
  for (const lane of lanes) {
    if (now < lane.nextAt) continue;
    lane.nextAt = Math.max(lane.nextAt + lane.everyMs, now);
    const at = (performance.timeOrigin + performance.now()).toFixed(3);
    lane.res.write(`${lane.head}@${at}@${lane.tail}`);
  }
}, TICK_MS);
process.on("disconnect", () => process.exit());
