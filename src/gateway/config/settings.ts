// Every setting of the gateway: where it stands in the file, what it may be, what it is if nobody says,
// and by which variable or flag it can be said. File, flags, environment, schema and manual all follow it.

export type Value = string | number | boolean | readonly string[];

interface Base {
  /** Path in the file. */
  path: string;
  help: string;
  env?: string;
  flag?: string;
}

/** One setting: its type, its default, its limits, and where it may be set. */
export type Setting = Base &
  (
    | { type: "string"; default: string; choices?: readonly string[]; pattern?: string }
    | { type: "number"; default: number; min: number; max: number; unit?: "ms" | "bytes" }
    | { type: "boolean"; default: boolean }
    | { type: "list"; default: readonly string[] }
  );

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIB = 1024 * 1024;
const TIB = 1024 * 1024 * MIB;
/** Stands for "no limit of this kind". */
const NONE = 0;

const string = (path: string, value: string, help: string, more: object = {}): Setting => ({
  type: "string",
  path,
  default: value,
  help,
  ...more,
});
const ms = (path: string, value: number, help: string, more: object = {}): Setting => ({
  type: "number",
  unit: "ms",
  path,
  default: value,
  min: 1,
  max: 30 * DAY,
  help,
  ...more,
});
const count = (path: string, value: number, help: string, more: object = {}): Setting => ({
  type: "number",
  path,
  default: value,
  min: 0,
  max: 1_000_000_000,
  help,
  ...more,
});
const bytes = (path: string, value: number, help: string, more: object = {}): Setting => ({
  type: "number",
  unit: "bytes",
  path,
  default: value,
  min: 1,
  max: 1024 * TIB,
  help,
  ...more,
});
const flag = (path: string, value: boolean, help: string, more: object = {}): Setting => ({
  type: "boolean",
  path,
  default: value,
  help,
  ...more,
});
const list = (path: string, help: string, more: object = {}): Setting => ({
  type: "list",
  path,
  default: [],
  help,
  ...more,
});

/** The table of settings. */
export const SETTINGS: readonly Setting[] = [
  string("listen.host", "127.0.0.1", "address to listen on", { env: "POLLUX_HOST", flag: "host" }),
  count("listen.port", 8080, "port to listen on; 0 takes a free one", {
    env: "POLLUX_PORT",
    flag: "port",
    max: 65_535,
  }),
  string(
    "upstream.baseUrl",
    "",
    "base URL to ask; empty for Google's with a key, else the simulator",
    {
      env: "GOOGLE_GEMINI_BASE_URL",
      flag: "upstream",
      pattern: "^$|^https?://[^/\\s?#]+[^\\s?#]*$",
    },
  ),
  string("upstream.apiVersion", "v1beta", "API version for doors whose paths name none", {
    env: "GOOGLE_GENAI_API_VERSION",
    pattern: "^v1(alpha|beta)?\\d*$",
  }),
  string("upstream.kind", "gemini", "the API that is asked: the Gemini API, or Vertex AI", {
    env: "POLLUX_UPSTREAM_KIND",
    flag: "upstream-kind",
    choices: ["gemini", "vertex"],
  }),
  string("upstream.project", "", "Vertex: the project; empty for express mode, which wants a key", {
    env: "GOOGLE_CLOUD_PROJECT",
    flag: "project",
    pattern: "^$|^[\\w.:-]+$",
  }),
  list("upstream.locations", "Vertex: locations in the order of preference; empty for global", {
    env: "GOOGLE_CLOUD_LOCATION",
    flag: "location",
  }),
  string(
    "upstream.tokenEnv",
    "",
    "Vertex: variable that holds an access token; empty for Application Default Credentials",
    { env: "POLLUX_TOKEN_ENV" },
  ),
  list("upstream.keyEnvs", "environment variables that hold one key each; more make a pool", {
    env: "POLLUX_KEY_ENVS",
  }),
  string("upstream.keyFile", "", "file with one key a line; read again on SIGHUP", {
    env: "POLLUX_KEY_FILE",
  }),
  string("store.kind", "sqlite", "where streams are kept", {
    env: "POLLUX_STORE",
    flag: "store",
    choices: ["memory", "sqlite", "redis"],
  }),
  string(
    "store.folder",
    "",
    "folder of the SQLite log; empty for .pollux/data below the working folder",
    {
      env: "POLLUX_DATA",
      flag: "data",
    },
  ),
  string("store.redisUrl", "", "redis://host:6379 for the store redis", {
    env: "POLLUX_REDIS_URL",
    flag: "redis-url",
    pattern: "^$|^rediss?://\\S+$",
  }),
  string("store.redisPrefix", "pollux:", "what every Redis key begins with"),
  ms("store.keepMs", 7 * DAY, "ended streams older than this are removed"),
  bytes("store.keepBytes", 2048 * MIB, "ended streams are removed, oldest first, above this size"),
  count("store.keepStreams", 200_000, "and above this number", { min: 1 }),
  ms("streams.leaseMs", 6 * SECOND, "a replica silent for so long is replaced", {
    min: 500,
    max: HOUR,
  }),
  ms("streams.graceMs", 3 * SECOND, "how long an answer goes on when its only reader left", {
    min: 0,
  }),
  ms("streams.deadlineMs", 30 * MINUTE, "end of patience for one stream"),
  ms("streams.backgroundMs", 2 * HOUR, "and for one interaction in the background"),
  count("streams.maxAttempts", 5, "upstream calls for one stream", { min: 1, max: 20 }),
  flag("streams.resume", true, "continue answers that broke after text was shown"),
  ms("streams.drainMs", 25 * SECOND, "how long a shutdown waits for running streams", { min: 0 }),
  ms("readers.heartbeatMs", 8 * SECOND, "silence after which a reader gets a comment", {
    max: MINUTE,
  }),
  ms("readers.firstCommentMs", 5 * SECOND, "silence after which an answer is opened by a comment"),
  ms("readers.stuckMs", MINUTE, "a reader that takes nothing for so long is cut off"),
  string(
    "durable.path",
    "/durable",
    "where the Durable Streams protocol is served; empty for nowhere",
    {
      env: "POLLUX_DURABLE_PATH",
      pattern: "^$|^(/[\\w.-]+)+$",
    },
  ),
  count("durable.streams", 10_000, "streams that one client may have there", { min: 1 }),
  bytes("durable.bytes", 1024 * MIB, "what they hold together"),
  ms("durable.longPollMs", 20 * SECOND, "how long a reader there waits for more", { max: HOUR }),
  ms("durable.eventsMs", MINUTE, "how long one connection of events lasts there", { max: DAY }),
  bytes("requests.bodyBytes", 20 * MIB, "largest request body", { max: 1024 * MIB }),
  bytes("requests.headerBytes", 32 * 1024, "largest request head", { max: MIB }),
  ms("requests.headersMs", 15 * SECOND, "time for a request's head to come"),
  ms("requests.bodyMs", MINUTE, "time for the whole request to come"),
  count("limits.inFlight", 2_000, "streams at once; more wait in the queue", {
    env: "POLLUX_IN_FLIGHT",
    min: 1,
  }),
  count("limits.queue", 500, "requests that may wait"),
  ms("limits.queueMs", 30 * SECOND, "the longest wait in the queue"),
  count("limits.requestsPerMinute", NONE, "of each client; 0 for no limit"),
  count("limits.tokensPerMinute", NONE, "of each client; 0 for no limit"),
  count("limits.streams", NONE, "of each client at once; 0 for no limit"),
  string("limits.whenUnreachable", "serve", "what to do when shared counts cannot be reached", {
    choices: ["serve", "refuse"],
  }),
  list("allow.models", "models that are offered, with * for any text; empty for all"),
  list("allow.origins", "web pages of other origins that may use the gateway; none by default"),
  list("allow.hosts", "names it may be addressed by; on loopback localhost and its addresses"),
  string("clients.tokensFile", "", "file of client tokens, made by pollux token new", {
    env: "POLLUX_TOKENS_FILE",
    flag: "tokens",
  }),
  flag("clients.insecure", false, "serve other machines without client tokens", {
    env: "POLLUX_INSECURE",
    flag: "insecure",
  }),
  string("log.level", "info", "least level of log lines", {
    env: "POLLUX_LOG_LEVEL",
    flag: "log-level",
    choices: ["debug", "info", "warn", "error", "silent"],
  }),
  flag("log.content", false, "write prompts and answers into the log lines"),
  flag("pages", true, "serve the chat, operations and doctor pages", { env: "POLLUX_PAGES" }),
  string("statusUrl", "", "status page that the doctor looks at", {
    pattern: "^$|^https?://\\S+$",
  }),
];
