// A gateway with everything in it: who may come in, who looks on, and which doors there are.
import { systemClock } from "../../core/index.ts";
import {
  Admission,
  Breaker,
  Clients,
  Feed,
  Guard,
  KeyPool,
  Limits,
  Lines,
  type Logger,
  Metrics,
  opsFeedRoutes,
  opsRoutes,
  pageRoutes,
  Spans,
  sendAsset,
  watchAll,
} from "../../gateway/index.ts";
import type { Store } from "../../store/index.ts";
import { versionOf } from "../version.ts";
import { assetsIn, pagesFolder } from "./assets.ts";
import { doctorRoute } from "./doctor-route.ts";
import type { Plan } from "./plan.ts";
import { type Plug, plugFor } from "./plug.ts";
import { type Running, runGateway } from "./run.ts";
import { nameOfUpstream } from "./vertex-place.ts";

export interface House {
  running: Running;
  guard: Guard;
}

export async function openHouse(plan: Plan, log: Logger): Promise<House> {
  const { serve: config, settings } = plan;
  const { upstream } = config;
  const onError = (error: unknown) => log.error({ err: error }, "unexpected");
  const seen: { running?: Running; guard?: Guard; plug?: Plug; draining: boolean } = {
    draining: false,
  };
  const sources = {
    inFlight: () => seen.running?.gateway.streams.inFlight ?? 0,
    queued: () => seen.guard?.parts.admission.depth ?? 0,
    readers: () => seen.running?.gateway.streams.readerCount ?? 0,
    storeOk: () => seen.running?.gateway.problem === undefined,
    keys: () => seen.guard?.parts.keys?.states() ?? [],
    circuits: () => seen.guard?.parts.breaker.states() ?? [],
  };
  const metrics = new Metrics(sources);
  const feed = new Feed(systemClock, sources);
  const lines = new Lines(log, settings.flag("log.content"));
  const folder = settings.flag("pages") ? await pagesFolder() : undefined;
  const asset = folder === undefined ? () => undefined : assetsIn(folder);
  const version = versionOf();
  const running = await runGateway(config, {
    watcher: watchAll([metrics, feed, lines, new Spans()], onError),
    onError,
    warden: (store) => {
      seen.guard = guardOf(plan, store);
      return seen.guard;
    },
    aroundSim: (fetch) => {
      seen.plug = plugFor(fetch);
      return seen.plug.fetch;
    },
    extra: ({ store, gateway }) => [
      doctorRoute({
        upstream,
        env: process.env,
        cwd: process.cwd(),
        statusPage: settings.text("statusUrl"),
        page: folder === undefined ? undefined : (guest) => sendAsset(guest, { asset }),
      }),
      ...opsRoutes({ store, gateway, metrics, isDraining: () => seen.draining, version }),
      ...opsFeedRoutes(feed),
      ...pageRoutes({
        clients: (seen.guard as Guard).parts.clients,
        shelf: store.shelf,
        asset,
        upstream: upstream.sim ? "simulator" : nameOfUpstream(config),
        simulated: upstream.sim,
        version,
        breakStream: seen.plug?.pull,
      }),
    ],
  });
  seen.running = running;
  const guard = seen.guard as unknown as Guard;
  const { stop } = running;
  running.stop = () => {
    seen.draining = true;
    guard.parts.admission.close();
    return stop();
  };
  return { running, guard };
}

function guardOf({ keys, tokens, settings }: Plan, store: Store): Guard {
  const clock = systemClock;
  const { number: amount } = settings;
  const some = (path: string) => amount(path) || undefined;
  return new Guard({
    clock,
    clients: new Clients(tokens, () => Date.now()),
    keys: new KeyPool(keys, clock),
    breaker: new Breaker(clock),
    admission: new Admission(clock, {
      inFlightMax: amount("limits.inFlight"),
      queueMax: amount("limits.queue"),
      queueMs: amount("limits.queueMs"),
    }),
    limits: new Limits({
      tally: store.tally,
      clock,
      requestsPerMinute: some("limits.requestsPerMinute"),
      tokensPerMinute: some("limits.tokensPerMinute"),
      streams: some("limits.streams"),
      models: settings.list("allow.models"),
      whenUnreachable: settings.text("limits.whenUnreachable") as "serve" | "refuse",
    }),
  });
}
