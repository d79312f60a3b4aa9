// The simulator on a socket, and a fetch that waits as long as a stream may be silent.
import { listen, nodeFetch } from "pollux/node";
import { createSim } from "pollux/sim";

const server = await listen(createSim().serve); // port 0: a free one
const fetch = nodeFetch({ connectMs: 5_000 });
const headers = { "x-goog-api-key": "any" };
const response = await fetch(`${server.url}/v1beta/models`, { headers });
console.log(response.status, await response.json());
await server.close();
