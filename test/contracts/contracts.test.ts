// Every engine of the store, held to the same contracts; the engines are the real ones.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { openStore, type Store } from "../../src/store/index.ts";
import { type RedisServer, redisServer } from "../redis-server.ts";
import { logContract } from "./log.ts";
import { shelfContract } from "./shelf.ts";
import { tallyContract } from "./tally.ts";
import { tapesContract } from "./tapes.ts";

const opened: Store[] = [];
const folder = mkdtempSync(join(tmpdir(), "pollux-store-"));
let redis: RedisServer;
let shared: Promise<Store> | undefined;
let folders = 0;

before(async () => {
  redis = await redisServer();
});
after(async () => {
  for (const store of opened) await store.close();
  await redis.close();
  rmSync(folder, { recursive: true, force: true });
});

async function keep(store: Promise<Store>): Promise<Store> {
  opened.push(await store);
  return store;
}

const engines: Record<string, () => Promise<Store>> = {
  memory: () => keep(openStore({ kind: "memory" })),
  sqlite: () => keep(openStore({ kind: "sqlite", folder: join(folder, `${++folders}`) })),
  // One connection for all: what is made there has names of its own.
  redis: () => {
    shared ??= keep(openStore({ kind: "redis", url: redis.url }));
    return shared;
  },
};

for (const [name, make] of Object.entries(engines)) {
  logContract(name, make);
  tallyContract(name, make);
  shelfContract(name, make);
  tapesContract(name, make);
}
