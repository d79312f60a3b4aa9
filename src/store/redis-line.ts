// The connection to Redis: bounded in time, never queueing what cannot be sent, and silent about its
// password. One more connection listens to news.
import type { Redis } from "ioredis";
import { type News, StoreError } from "./log.ts";

const CONNECT_MS = 4_000;
const COMMAND_MS = 4_000;
const RETRY_MS_MAX = 1_000;

export class RedisLine {
  readonly redis: Redis;
  readonly prefix: string;
  private readonly listener: Redis;
  private readonly watchers = new Map<string, Set<(news: News) => void>>();
  private readonly place: string;

  private constructor(redis: Redis, listener: Redis, prefix: string, place: string) {
    this.redis = redis;
    this.listener = listener;
    this.prefix = prefix;
    this.place = place;
    listener.on("message", (channel: string, news: string) => {
      for (const told of this.watchers.get(channel) ?? []) told(news as News);
    });
    // What was said while nobody listened is lost: whoever watches must look for itself.
    listener.on("ready", () => {
      for (const set of this.watchers.values()) for (const told of set) told("entries");
    });
  }

  static async open(url: string, prefix: string): Promise<RedisLine> {
    const place = placeOf(url);
    let Redis: typeof import("ioredis").Redis;
    try {
      ({ Redis } = await import("ioredis"));
    } catch (error) {
      throw new StoreError("The package ioredis is not installed.", "Run: npm install ioredis", {
        cause: error,
      });
    }
    const make = (more: object) => {
      const made = new Redis(url, {
        lazyConnect: true,
        connectTimeout: CONNECT_MS,
        commandTimeout: COMMAND_MS,
        maxRetriesPerRequest: 0,
        enableOfflineQueue: false,
        retryStrategy: (times: number) => Math.min(RETRY_MS_MAX, 50 * 2 ** Math.min(times, 6)),
        ...more,
      });
      // Every call that suffers from it is told; without a listener the process would end.
      made.on("error", () => {});
      return made;
    };
    const redis = make({});
    // Subscriptions are few, and must outlive a reconnect.
    const listener = make({
      enableOfflineQueue: true,
      autoResubscribe: true,
      commandTimeout: undefined,
    });
    const line = new RedisLine(redis, listener, prefix, place);
    try {
      await Promise.all([redis.connect(), listener.connect()]);
    } catch (error) {
      line.close();
      throw line.problem(error);
    }
    return line;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.problem(error);
    }
  }

  watch(channel: string, told: (news: News) => void): () => void {
    const known = this.watchers.get(channel);
    const set = known ?? new Set();
    set.add(told);
    if (!known) {
      this.watchers.set(channel, set);
      this.listener.subscribe(channel).catch(() => {});
    }
    return () => {
      set.delete(told);
      if (set.size > 0 || this.watchers.get(channel) !== set) return;
      this.watchers.delete(channel);
      this.listener.unsubscribe(channel).catch(() => {});
    };
  }

  close(): void {
    this.watchers.clear();
    this.redis.disconnect();
    this.listener.disconnect();
  }

  private problem(error: unknown): StoreError {
    if (error instanceof StoreError) return error;
    const { message } = error as Error;
    const what = `Redis at ${this.place}`;
    if (/WRONGPASS|NOAUTH/.test(message))
      return new StoreError(
        `${what} wants other credentials.`,
        "Check the user and password in the store's URL.",
        { cause: error },
      );
    if (/^OOM|READONLY|MISCONF/.test(message))
      return new StoreError(
        `${what} takes no writes: ${message.slice(0, 120)}`,
        "Give it memory, or point the gateway at the primary.",
        { cause: error },
      );
    return new StoreError(
      `${what} cannot be reached.`,
      "Check that it runs and that the address is right; the gateway goes on when it is back.",
      { cause: error },
    );
  }
}

/** Host and port only. */
function placeOf(url: string): string {
  try {
    return new URL(url).host || "localhost";
  } catch {
    throw new StoreError("The address of Redis is no URL.", "Give it as redis://host:6379.");
  }
}
