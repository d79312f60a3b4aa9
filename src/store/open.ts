// Opens the engine that was asked for; the others are not loaded.
import { memoryStore } from "./memory.ts";
import type { Store, StoreOptions } from "./store.ts";

/** Opens a store; its engine is loaded only when it is asked for. */
export async function openStore(options: StoreOptions): Promise<Store> {
  if (options.kind === "memory") return memoryStore(options.now);
  if (options.kind === "sqlite") return (await import("./sqlite.ts")).sqliteStore(options);
  return (await import("./redis.ts")).redisStore(options);
}
