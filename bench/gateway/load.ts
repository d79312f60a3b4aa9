// Readers, as cheap as they can be: they count events and look how old each is when it arrives. Run as a
// process of its own; told what to do and asked for figures by messages.
import { Agent, type IncomingMessage, request } from "node:http";

export interface Job {
  url: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  streams: number;
  /** These never read. */
  stuck: number;
}

export interface Figures {
  events: number;
  open: number;
  failed: number;
  p50Ms: number;
  p99Ms: number;
}

const MARK = "@".charCodeAt(0);
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
let delays: number[] = [];
let events = 0;
let failed = 0;
const open = new Set<IncomingMessage>();

function take(piece: Buffer): void {
  const now = performance.timeOrigin + performance.now();
  for (let at = piece.indexOf(MARK); at >= 0; ) {
    const end = piece.indexOf(MARK, at + 1);
    if (end < 0) break;
    const sentAt = Number(piece.toString("latin1", at + 1, end));
    if (sentAt > 0) {
      delays.push(now - sentAt);
      events += 1;
    }
    at = piece.indexOf(MARK, end + 1);
  }
}

function begin({ url, path, headers, body }: Job, isStuck: boolean): void {
  const req = request(url + path, {
    agent,
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
  });
  req.on("response", (res) => {
    if (res.statusCode !== 200) failed += 1;
    open.add(res);
    res.on("close", () => open.delete(res));
    res.on("error", () => {});
    if (isStuck) res.pause();
    else res.on("data", take);
  });
  req.on("error", () => {
    failed += 1;
  });
  req.end(body);
}

function figures(): Figures {
  delays.sort((a, b) => a - b);
  const at = (share: number) => delays[Math.floor((delays.length - 1) * share)] ?? Number.NaN;
  const made = { events, open: open.size, failed, p50Ms: at(0.5), p99Ms: at(0.99) };
  delays = [];
  events = 0;
  return made;
}

process.on("message", (message: { job?: Job; figures?: true }) => {
  if (message.job) {
    const { job } = message;
    for (let i = 0; i < job.streams; i += 1) begin(job, false);
    for (let i = 0; i < job.stuck; i += 1) begin(job, true);
    process.send?.({ begun: true });
  } else process.send?.(figures());
});
process.on("disconnect", () => process.exit());
