// The gateway's door.
export { type Config, ConfigError, printConfig, readConfig, type Sources } from "./config/read.ts";
export { configSchema } from "./config/schema.ts";
export { SETTINGS, type Setting } from "./config/settings.ts";
export type { Guest, House } from "./doors/door.ts";
export { json, type OpsParts, opsRoutes } from "./doors/ops.ts";
export { opsFeedRoutes } from "./doors/ops-feed.ts";
export { type Asset, type PagesParts, pageRoutes, sendAsset } from "./doors/pages.ts";
export type { DurableSettings } from "./durable/room.ts";
export type { Exchange, Outlet } from "./exchange.ts";
export { type ExtraRoute, Gateway, type GatewayOptions } from "./gateway.ts";
export { Admission } from "./guard/admission.ts";
export { Breaker } from "./guard/breaker.ts";
export { type ClientEntry, Clients, cookieOf, hashToken, newToken } from "./guard/clients.ts";
export { Guard } from "./guard/guard.ts";
export { type Key, KeyPool } from "./guard/keys.ts";
export { Limits } from "./guard/limits.ts";
export { Refusal } from "./refusal.ts";
export type { VertexPlace } from "./site.ts";
export type { Client, Credential, Pass, Warden } from "./warden.ts";
export { watchAll } from "./watch/all.ts";
export { type Fate, fateOf } from "./watch/fate.ts";
export { Feed, type FeedSources } from "./watch/feed/feed.ts";
export type {
  AttemptBar,
  CircuitRow,
  Counts,
  ErrorRow,
  KeyRow,
  Level,
  LimitRow,
  LiveState,
  Minute,
  OpsDelta,
  OpsNow,
  OpsSnapshot,
  OpsVerdict,
  Quantiles,
  StreamDetail,
  StreamNow,
  StreamRow,
  StreamState,
  Windows,
} from "./watch/feed/shape.ts";
export { Lines, type Logger, makeLogger } from "./watch/lines.ts";
export { Metrics } from "./watch/metrics.ts";
export { Spans } from "./watch/spans.ts";
export type { Served, StreamInfo, Watcher } from "./watcher.ts";
