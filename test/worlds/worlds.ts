// The broken worlds, each with what the doctor must name first, what it must not try, and the fix.
import { makeCertificate } from "./certificate.ts";
import { errorReply, reply } from "./place.ts";
import {
  AFTER_DNS,
  AFTER_HTTP,
  AFTER_MODEL,
  AFTER_TCP,
  AFTER_TLS,
  AFTER_UNARY,
  type BrokenWorld,
  CANARY,
  DAY_MS,
  exhausted,
  key,
  library,
  on,
  proxied,
  type Row,
  refusing,
  stream,
  tls,
} from "./row.ts";
import { VERTEX_ROWS } from "./vertex.ts";

const rows: Readonly<Record<string, Row>> = {
  "no key": key(undefined, "key_missing", /export GEMINI_API_KEY/),
  "an empty key": key("", "key_missing", /export GEMINI_API_KEY/),
  "a key in quotes": key(`"${CANARY}"`, "key_malformed", /without quotes/),
  "a key cut short": key(CANARY.slice(0, 30), "key_malformed", /Copy the key/),
  "a placeholder for a key": key("YOUR_API_KEY", "key_malformed", /Copy the key/),
  "a key in the shell history": {
    make: async (place) =>
      on(await place.upstream(), { world: { placesOf: async () => ["~/.bash_history"] } }),
    check: "key",
    code: "key_in_file",
    skipped: [],
    fix: /replace the key/,
    exit: 2,
  },
  "two keys": {
    make: async (place) =>
      on(await place.upstream(), { env: { GEMINI_API_KEY: CANARY, GOOGLE_API_KEY: `${CANARY}x` } }),
    check: "key",
    code: "key_twice",
    skipped: [],
    fix: /unset GOOGLE_API_KEY/,
    exit: 2,
  },
  "a rejected key": refusing("key_invalid", /Copy the key again/),
  "an expired key": refusing("key_expired", /Create a new key/),
  "a leaked key": refusing("key_leaked_blocked", /Revoke it/),
  "an API that is not enabled": refusing("api_not_enabled", /enable it/),
  "a region that is not served": refusing("region_unsupported", /supported region/),
  "a project that is suspended": refusing("consumer_suspended", /another project/),
  "a base URL that is none": {
    make: async () => on("htp:/nowhere"),
    check: "proxy-env",
    code: "base_url_invalid",
    skipped: ["dns", ...AFTER_DNS],
    fix: /http\(s\):\/\/host/,
  },
  "a name that does not exist": {
    make: async () => on("http://gateway.invalid"),
    check: "dns",
    code: "dns_failure",
    skipped: AFTER_DNS,
    fix: /nslookup gateway\.invalid/,
  },
  "a refused port": {
    make: async (place) => on(await place.refused()),
    check: "tcp",
    code: "conn_refused",
    skipped: AFTER_TCP,
    fix: /nc -vz 127\.0\.0\.1/,
  },
  "a port that swallows packets": {
    make: async (place) =>
      on(await place.mute(), {
        options: { timeoutMs: 100 },
        // No address is black in every network, so the packets are swallowed here.
        world: {
          connect: (_, signal) =>
            new Promise((_resolve, reject) =>
              signal.addEventListener("abort", () => reject(signal.reason)),
            ),
        },
      }),
    check: "tcp",
    code: "connect_timeout",
    skipped: AFTER_TCP,
    fix: /nc -vz/,
  },
  "a server that never answers": {
    make: async (place) => on(await place.mute(), { options: { timeoutMs: 150 } }),
    check: "http",
    code: "headers_timeout",
    skipped: AFTER_HTTP,
    fix: /Retry/,
  },
  "a server that hangs up": {
    make: async (place) => on(await place.mute("hangs-up")),
    check: "http",
    code: "server_disconnected",
    skipped: AFTER_HTTP,
    fix: /new connection/,
  },
  "a certificate of its own making": tls("tls_self_signed", /NODE_EXTRA_CA_CERTS/, () =>
    makeCertificate({ name: "localhost" }),
  ),
  "an expired certificate": tls("tls_expired", /clock/, () =>
    makeCertificate({ name: "localhost", to: new Date(Date.now() - DAY_MS / 2) }),
  ),
  "an intercepting proxy's certificate": tls("tls_intercept", /company-root-ca/, () =>
    makeCertificate({
      name: "localhost",
      by: makeCertificate({ name: "Corporate Inspection CA" }),
    }),
  ),
  "a certificate of tomorrow": tls("clock_skew", /NTP/, () =>
    makeCertificate({ name: "localhost", from: new Date(Date.now() + DAY_MS) }),
  ),
  "a port that speaks no TLS": {
    make: async (place) => on((await place.upstream()).replace("http:", "https:")),
    check: "tls",
    code: "tls_handshake_cut",
    skipped: AFTER_TLS,
    fix: /firewall and proxy/,
  },
  "a proxy that refuses CONNECT": proxied(403, "proxy_connect_failed", /allow 127\.0\.0\.1/),
  "a proxy that wants credentials": proxied(407, "proxy_auth", /HTTPS_PROXY/),
  "a proxy that cannot reach the host": proxied(502, "proxy_connect_failed", /allow/),
  "a proxy that is not there": {
    make: async (place) =>
      on(await place.upstream(), {
        env: { http_proxy: await place.refused(), GEMINI_API_KEY: CANARY },
      }),
    check: "tcp",
    code: "conn_refused",
    skipped: AFTER_TCP,
    fix: /--direct/,
  },
  "a proxy variable that is no URL": {
    make: async (place) =>
      on(await place.upstream(), { env: { http_proxy: "proxy:3128", GEMINI_API_KEY: CANARY } }),
    check: "proxy-env",
    code: "proxy_invalid",
    skipped: ["dns", ...AFTER_DNS],
    fix: /export HTTPS_PROXY/,
  },
  "a proxy that buffers": {
    make: async (place) =>
      on(await place.buffering(await place.upstream({ stream: { ttftMs: 60, chunkDelayMs: 40 } }))),
    check: "cadence",
    code: "proxy_buffering",
    skipped: [],
    fix: /X-Accel-Buffering/,
  },
  "a stream that compression holds back": {
    make: async (place) =>
      on(
        await place.buffering(
          await place.upstream({ stream: { ttftMs: 60, chunkDelayMs: 40 } }),
          "gzip",
        ),
      ),
    check: "cadence",
    code: "stream_compressed",
    skipped: [],
    fix: /compression off/,
  },
  "a proxy that cuts idle connections": {
    make: async (place) =>
      on(
        await place.impatient(
          await place.upstream({ stream: { scenario: "*: stall after 2 chunks" } }),
          400,
        ),
      ),
    check: "stream",
    code: "server_disconnected",
    skipped: ["cadence", "finish"],
    fix: /keep-alive/,
  },
  "a captive portal": {
    make: async (place) =>
      on(await place.upstream({ first: () => errorReply("html_instead_of_json") })),
    check: "http",
    code: "html_instead_of_json",
    skipped: AFTER_HTTP,
    fix: /login page/,
  },
  "a redirect to a login": {
    make: async (place) =>
      on(
        await place.upstream({
          first: () => reply(302, "", { location: "https://login.invalid/" }),
        }),
      ),
    check: "http",
    code: "redirect_refused",
    skipped: AFTER_HTTP,
    fix: /final address/,
  },
  "a wrong host": {
    make: async (place) => on(await place.upstream({ first: () => reply(404, "") })),
    check: "http",
    code: "not_found_no_body",
    skipped: AFTER_HTTP,
    fix: /base URL/,
  },
  "a clock ten minutes off": {
    make: async (place) =>
      on(await place.upstream(), { world: { date: () => new Date(Date.now() + 600_000) } }),
    check: "clock",
    code: "clock_skew",
    skipped: [],
    fix: /set-ntp/,
  },
  "a minute's quota": exhausted("quota_per_minute", /Wait as told/),
  "a day's quota": exhausted("quota_per_day", /midnight/),
  "a quota of zero": exhausted("free_tier_limit_zero", /enable billing/),
  "credit that is used up": exhausted("prepay_credits_depleted", /Top up/),
  "a retired model": {
    make: async (place) => on(await place.upstream(), { options: { model: "gemini-1.5-flash" } }),
    check: "unary",
    code: "model_retired",
    skipped: AFTER_UNARY,
    fix: /gemini-3\.\d-flash/,
  },
  "a model that does not exist": {
    make: async (place) => on(await place.upstream(), { options: { model: "gemini-9-flash" } }),
    check: "model",
    code: "model_not_found",
    skipped: AFTER_MODEL,
    fix: /gemini-3\.\d-flash/,
  },
  "a model without streaming": {
    make: async (place) =>
      on(await place.upstream(), { options: { model: "gemini-embedding-001" } }),
    check: "model",
    code: "model_not_streaming",
    skipped: AFTER_MODEL,
    fix: /--model/,
  },
  "a unary answer to a stream": {
    make: async (place) =>
      on(
        await place.upstream({
          first: ({ url }) =>
            url.includes(":stream")
              ? reply(200, '{"candidates":[]}', { "content-type": "application/json" })
              : undefined,
        }),
      ),
    check: "stream",
    code: "wrong_endpoint_for_streaming",
    skipped: ["cadence", "finish"],
    fix: /alt=sse/,
  },
  "a stream without a finish reason": stream("no-finish", "finish", "end_unverified", /Resume/),
  "a stalled stream": stream("stall after 2 chunks", "stream", "stalled_stream", /resume/, [
    "cadence",
    "finish",
  ]),
  "an empty stream": stream("empty", "stream", "empty_response", /Retry/, ["cadence", "finish"]),
  "an error in the stream": stream(
    "error-event 503 after 2 chunks",
    "stream",
    "model_overloaded",
    /Retry/,
    ["cadence", "finish"],
  ),
  "a mistake that is accepted": {
    make: async (place) =>
      on(
        await place.upstream({
          first: ({ body, url }) =>
            url.includes(":generateContent") && !new TextDecoder().decode(body).includes("Say OK")
              ? reply(200, '{"candidates":[]}', { "content-type": "application/json" })
              : undefined,
        }),
      ),
    check: "rejection",
    code: "bad_request_accepted",
    skipped: [],
    fix: /base URL/,
    exit: 2,
  },
  "a retired library": library(
    "package.json",
    '{"dependencies":{"@google/generative-ai":"^0.24.0"}}',
    "sdk_retired",
    /npm install @google\/genai/,
  ),
  "an old library": library(
    "requirements.txt",
    "flask\ngoogle-genai==0.8.0  # pinned\n",
    "sdk_outdated",
    /pip install -U google-genai/,
  ),
  "an old Node": {
    make: async (place) =>
      on(await place.upstream(), {
        world: { versions: { node: "20.11.0", pollux: "0.1.0", platform: "linux x64" } },
      }),
    check: "runtime",
    code: "runtime_outdated",
    skipped: [],
    fix: /nvm install/,
  },
  "a gateway that is not there": {
    make: async (place) =>
      on(await place.upstream(), { options: { gateway: await place.refused() } }),
    check: "gateway",
    code: "conn_refused",
    skipped: ["gateway-store", "gateway-cadence"],
    fix: /pollux serve/,
  },
  "a gateway whose store is down": {
    make: async (place) => {
      const gateway = await place.upstream({
        first: ({ url }) =>
          url === "/healthz"
            ? reply(200, '{"status":"ok"}')
            : reply(503, '{"status":"not_ready","store":{"kind":"redis","ok":false}}'),
      });
      return on(await place.upstream(), { options: { gateway } });
    },
    check: "gateway-store",
    code: "gateway_not_ready",
    skipped: ["gateway-cadence"],
    fix: /Redis/,
  },
};

export const BROKEN_WORLDS: readonly BrokenWorld[] = Object.entries({
  ...rows,
  ...VERTEX_ROWS,
}).map(([name, row]) => ({
  name,
  ...row,
}));
