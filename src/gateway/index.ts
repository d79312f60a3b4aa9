// The gateway's door.
export { type ExtraRoute, Gateway, type GatewayOptions } from "./gateway.ts";
export { Refusal } from "./refusal.ts";
export type { Client, Credential, Pass, Warden } from "./warden.ts";
export type { Served, StreamInfo, Watcher } from "./watcher.ts";
