// The connection to Redis: bounded in time, never queueing what cannot be sent, and silent about its
// password. One more connection listens to news.
import type { Redis } from "ioredis";
import { type News, StoreError } from "./log.ts";
import { redisProblem } from "./redis-problem.ts";
import { Watchers } from "./watchers.ts";

/** How long what may take. */
interface LineLimits {
  connectMs: number;
  /** From the first attempt until the engine answers commands. */
  openMs: number;
  commandMs: number;
  /** A connection on which nothing comes back for so long is given up for a new one. */
  silentMs: number;
}

const LIMITS: LineLimits = { connectMs: 4_000, openMs: 8_000, commandMs: 4_000, silentMs: 5_000 };
const CLOSE_MS = 50;
const RETRY_MS = 50;
const RETRY_MS_MAX = 1_000;
/** The listener hears nothing for hours; asked now and then, it shows whether it still could. */
const LISTENER_PING_MS = 10_000;
const CHANNELS_A_COMMAND = 500;

export type Script = (args: readonly (string | number | Buffer)[]) => Promise<unknown>;

export class RedisLine {
  readonly redis: Redis;
  readonly prefix: string;
  private readonly listener: Redis;
  private readonly watchers = new Watchers();
  private readonly place: string;
  private readonly now: () => number;
  private readonly pings: NodeJS.Timeout;
  private readyCount = 0;
  private readyAtMs = 0;

  private constructor(redis: Redis, listener: Redis, prefix: string, place: string, now: Now) {
    this.redis = redis;
    this.listener = listener;
    this.prefix = prefix;
    this.place = place;
    this.now = now;
    redis.on("ready", () => {
      this.readyCount += 1;
      this.readyAtMs = now();
    });
    listener.on("message", (channel: string, news: string) => {
      this.watchers.tell(channel, news as News);
    });
    listener.on("ready", () => void this.subscribe(this.watchers.keys()));
    this.pings = setInterval(() => {
      if (listener.status === "ready") listener.ping().catch(() => {});
    }, LISTENER_PING_MS);
    this.pings.unref();
  }

  static async open(url: string, prefix: string, now: Now, limits = LIMITS): Promise<RedisLine> {
    const place = placeOf(url);
    const { Redis } = await load();
    const make = () => {
      const made = new Redis(url, {
        lazyConnect: true,
        connectTimeout: limits.connectMs,
        commandTimeout: limits.commandMs,
        socketTimeout: limits.silentMs,
        maxRetriesPerRequest: 0,
        enableOfflineQueue: false,
        autoResubscribe: false,
        disconnectTimeout: CLOSE_MS,
        retryStrategy: (times: number) =>
          Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** Math.min(times, 9)),
      });
      // Every call that suffers from it is told; without a listener the process would end.
      made.on("error", (error: unknown) => {
        lastError = error;
      });
      return made;
    };
    let lastError: unknown;
    const line = new RedisLine(make(), make(), prefix, place, now);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("no answer")), limits.openMs);
    });
    try {
      const ready = Promise.all([line.redis.connect(), line.listener.connect()]);
      await Promise.race([ready, late]);
      return line;
    } catch (error) {
      line.close();
      // The connection's own end says less than what went wrong before it.
      throw redisProblem(place, lastError ?? error);
    } finally {
      clearTimeout(timer);
    }
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw redisProblem(this.place, error);
    }
  }

  /** One step in Redis; its first argument is the prefix. */
  script(name: string, lua: string, answer: "text" | "bytes" = "text"): Script {
    this.redis.defineCommand(name, { numberOfKeys: 0, lua });
    const called = answer === "bytes" ? `${name}Buffer` : name;
    const commands = this.redis as unknown as Record<string, (args: unknown) => Promise<unknown>>;
    return (args) => this.run(async () => commands[called]?.([this.prefix, ...args]));
  }

  /** How long ago the connection came back after it was lost; infinite if it never was. */
  backForMs(): number {
    return this.readyCount > 1 ? this.now() - this.readyAtMs : Number.POSITIVE_INFINITY;
  }

  /**
   * Whoever watches is told "entries" once the channel is listened to, and again after every break: what
   * was said before that is lost, so they must look for themselves.
   */
  watch(channel: string, told: (news: News) => void): () => void {
    const { listener } = this;
    return this.watchers.add(
      channel,
      told,
      () => void this.subscribe([channel]),
      () => {
        if (listener.status === "ready") listener.unsubscribe(channel).catch(() => {});
      },
    );
  }

  close(): void {
    clearInterval(this.pings);
    this.watchers.clear();
    for (const one of [this.redis, this.listener]) {
      one.disconnect();
      // A server that does not answer would not let go of it.
      one.stream?.destroy();
    }
  }

  private async subscribe(channels: readonly string[]): Promise<void> {
    for (let at = 0; at < channels.length; at += CHANNELS_A_COMMAND) {
      if (this.listener.status !== "ready") return; // all is told again when it is
      const some = channels.slice(at, at + CHANNELS_A_COMMAND);
      try {
        await this.listener.subscribe(...some);
      } catch {
        this.listener.stream?.destroy();
        return;
      }
      for (const channel of some) this.watchers.tell(channel, "entries");
    }
  }
}

type Now = () => number;

async function load(): Promise<Pick<typeof import("ioredis"), "Redis">> {
  try {
    return await import("ioredis");
  } catch (error) {
    const what = "The package ioredis is not installed.";
    throw new StoreError(what, "Run: npm install ioredis", { cause: error });
  }
}

/** Host and port only. */
function placeOf(url: string): string {
  const isRedis = URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol);
  if (isRedis) return new URL(url).host || "localhost";
  const what = "The address of Redis is no URL that it understands.";
  throw new StoreError(what, "Give it as redis://host:6379, or rediss:// with TLS.");
}
