// A Gemini that sends each stream an event every so often, as cheaply as Node can: preformatted bytes
// around the moment of sending. Run as a process of its own; tells its port.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const HEAD = 'data: {"candidates": [{"content": {"parts": [{"text": "';
const TAIL =
  ' of the river, and then on to the sea"}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 12,"candidatesTokenCount": 34,"totalTokenCount": 46,"promptTokensDetails": [{"modality": "TEXT","tokenCount": 12}]},"modelVersion": "gemini-2.5-flash","responseId": "bench"}\r\n\r\n';
const TICK_MS = 5;

interface Lane {
  res: ServerResponse;
  nextAt: number;
  everyMs: number;
}

const lanes = new Set<Lane>();

const server = createServer((req, res) => {
  const everyMs = Number(req.headers["x-every-ms"] ?? process.env.EVERY_MS ?? 20);
  req.resume();
  res.writeHead(200, { "content-type": "text/event-stream" });
  res.flushHeaders();
  const lane = { res, everyMs, nextAt: performance.now() + Math.random() * everyMs };
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
    lane.res.write(`${HEAD}@${at}@${TAIL}`);
  }
}, TICK_MS);
process.on("disconnect", () => process.exit());
