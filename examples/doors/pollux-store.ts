// The log of streams: begun by an owner, written once, read from any cursor.
import { openStore } from "pollux/store";

const store = await openStore({ kind: "memory" }); // or sqlite with a folder, or redis with a url
const begun = { client: "web", model: "gemini-3.6-flash", door: "streams", startedAtMs: 0 };
const { head } = await store.log.create({ ...begun, id: "s1", ask: "{}" }, "owner-1", 6_000);

const entries = [{ seq: 0, type: "open", json: '{"seq":0,"t":0,"type":"open"}' }];
await store.log.append([{ id: head.id, owner: "owner-1", entries }]);
const page = await store.log.read(head.id, -1, 100_000);
console.log(page?.head.state, page?.entries);
console.log(await store.tally.take("web", 1, 60, 60_000));
await store.close();
