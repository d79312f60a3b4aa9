// Redis: several gateways share one log, any of them serves any reader, and one that dies is replaced.
import { RedisLine } from "./redis-line.ts";
import { RedisLog } from "./redis-log.ts";
import { RedisShelf } from "./redis-shelf.ts";
import { RedisTally } from "./redis-tally.ts";
import { RedisTapes } from "./redis-tapes.ts";
import type { Store, StoreOptions } from "./store.ts";

const PREFIX = "pollux:";

export async function redisStore(
  options: Extract<StoreOptions, { kind: "redis" }>,
): Promise<Store> {
  const line = await RedisLine.open(options.url, options.prefix ?? PREFIX, options.now ?? Date.now);
  return {
    kind: "redis",
    log: new RedisLog(line),
    tally: new RedisTally(line),
    shelf: new RedisShelf(line),
    tapes: new RedisTapes(line),
    check: async () => {
      await line.run(() => line.redis.set(`${line.prefix}check`, "1"));
    },
    close: async () => line.close(),
  };
}
