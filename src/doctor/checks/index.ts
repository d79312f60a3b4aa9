// Every check, in the order of their dependencies.
import { auth } from "./auth.ts";
import { cadence } from "./cadence.ts";
import type { Check } from "./check.ts";
import { clock } from "./clock.ts";
import { connect } from "./connect.ts";
import { dns } from "./dns.ts";
import { finish } from "./finish.ts";
import { gateway, gatewayCadence, gatewayStore } from "./gateway.ts";
import { http } from "./http.ts";
import { key } from "./key.ts";
import { model } from "./model.ts";
import { proxyEnv } from "./proxy-env.ts";
import { recovery } from "./recovery.ts";
import { rejection } from "./rejection.ts";
import { request } from "./request.ts";
import { runtime } from "./runtime.ts";
import { sdks } from "./sdks.ts";
import { statusPage } from "./status-page.ts";
import { stream } from "./stream.ts";
import { tcp } from "./tcp.ts";
import { tls } from "./tls.ts";
import { unary } from "./unary.ts";

/** Every check, in the order in which they run. */
export const CHECKS: readonly Check[] = Object.freeze([
  runtime,
  key,
  proxyEnv,
  dns,
  tcp,
  connect,
  tls,
  http,
  clock,
  auth,
  model,
  unary,
  stream,
  cadence,
  finish,
  request,
  rejection,
  recovery,
  sdks,
  gateway,
  gatewayStore,
  gatewayCadence,
  statusPage,
]);
