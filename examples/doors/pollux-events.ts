// The events of a gateway's stream over one connection, from a cursor.
import { eventsOf, isTerminal, systemClock } from "pollux/events";
import { encodeRelay } from "pollux/wire";

// In place of a gateway: two events after the cursor, as one tells them.
const told = [
  { seq: 6, t: 900, type: "usage", usage: { prompt: 3, output: 9, total: 12 } },
  { seq: 7, t: 910, type: "done", text: "Hello there" },
];
const headers = { "content-type": "text/event-stream" };
const fetch = async () => new Response(told.map(encodeRelay).join(""), { headers });

const url = "http://127.0.0.1:8080/streams/ID/events";
const options = { after: 5, clock: systemClock, fetch, silenceMs: 20_000 };
for await (const event of eventsOf(url, options)) {
  console.log(event.seq, event.type, isTerminal(event) ? event.text : "");
}
