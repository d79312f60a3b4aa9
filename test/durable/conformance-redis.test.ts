// The protocol over Redis.
import { after } from "node:test";
import { redisServer } from "../redis-server.ts";
import { conforms } from "./conformance.ts";

const server = await redisServer();
conforms("redis", async () => ["--store", "redis", "--redis-url", server.url]);
after(() => server.close());
