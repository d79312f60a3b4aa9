// A gateway in a server of your own: its warden says who may ask, and with which key.
import { systemClock } from "pollux";
import { Gateway, type Warden } from "pollux/gateway";
import { serveHttp } from "pollux/node";
import { createSim } from "pollux/sim";
import { openStore } from "pollux/store";

const warden: Warden = {
  identify: async () => ({ name: "local", operator: true }),
  admit: async () => ({ ended: () => {} }),
  mayUse: () => true,
  credential: () => ({ name: "key1", headers: { "x-goog-api-key": "any" }, done: () => {} }),
  hasAnother: () => false,
  record: () => {},
};
const baseUrl = "http://sim.invalid"; // in place of Google's, with its fetch
const settings = { bodyBytesMax: 2e7, heartbeatMs: 8_000, firstCommentMs: 5_000 };
const times = { leaseMs: 6_000, graceMs: 3_000 };
const gateway = new Gateway({
  ...times,
  ...{ warden, watcher: {}, clock: systemClock, owner: crypto.randomUUID() },
  ...{ origins: [], hosts: [], defer: setImmediate, onError: console.error },
  store: await openStore({ kind: "memory" }),
  upstream: { baseUrl, fetch: createSim().fetch, patience: { maxAttempts: 5 } },
  settings: { ...settings, deadlineMs: 6e5, apiVersion: "v1beta", passOn: () => false },
});
const serving = await serveHttp((arrival) => void gateway.handle(arrival), { port: 0 });
gateway.start();
const body = JSON.stringify({ model: "gemini-3.6-flash", contents: "Hello" });
const begun = await fetch(`${serving.url}/streams`, { method: "POST", body });
console.log(begun.status, await begun.json());
await gateway.drain(5_000);
await serving.close();
