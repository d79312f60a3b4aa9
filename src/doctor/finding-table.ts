// The findings that are no failure of a stream: what they mean and how to mend them.
// `docs/findings.md` tells each; a test keeps the two equal.

// biome-ignore format: a row a line
const rows = {
  runtime_outdated: ["Older Node lacks what the streams stand on.", "nvm install 24"],
  key_malformed: ["A key of this shape reaches Google only to be rejected.", "Copy the key again from https://aistudio.google.com/apikey, without quotes or spaces."],
  key_twice: ["Two variables hold different keys; clients disagree about which one counts.", "unset GOOGLE_API_KEY"],
  key_in_file: ["A key in a file or a shell history leaks with it.", "Move the key into the environment, remove it from the file, and replace the key."],
  proxy_invalid: ["The proxy variable is no URL, so clients ignore it or fail.", "export HTTPS_PROXY=http://proxy.example:3128"],
  ipv4_missing: ["The host has only IPv6 addresses here; many networks carry only IPv4.", "Check the DNS server; ask another one: nslookup generativelanguage.googleapis.com 8.8.8.8"],
  tls_self_signed: ["Something that signs its own certificate answers in the server's place.", "export NODE_EXTRA_CA_CERTS=/path/to/root-ca.pem"],
  tls_expires_soon: ["When the certificate expires, every request fails.", "Renew the certificate of that host."],
  model_not_streaming: ["The model answers, but not with a stream.", "Choose a model that lists generateContent: pollux doctor --model gemini-3.6-flash"],
  stream_compressed: ["Compression collects chunks until a block is full, so the text comes in bursts.", "Turn compression off for text/event-stream in whatever is in between."],
  usage_missing: ["Without usage nobody can count what was spent.", "Look for a proxy that alters bodies; update it."],
  bad_request_accepted: ["A request without contents must be refused; something in between answers in Google's place.", "Check the base URL; look for a proxy that caches or makes answers."],
  bad_request_crashed: ["A plain mistake brings an internal error instead of a clear refusal.", "Report it to whoever runs that endpoint."],
  recovery_failed: ["A cut answer did not come back identical.", "Reinstall pollux; if it stays, report it with pollux doctor --bundle."],
  sdk_retired: ["This client library gets no fixes any more.", "npm install @google/genai"],
  sdk_outdated: ["This version is older than the first stable one.", "npm install @google/genai@latest"],
  gateway_unhealthy: ["What answers is no healthy Pollux gateway.", "Check the address and the process: pollux serve"],
  gateway_not_ready: ["A gateway that is not ready gets no traffic.", "Look at /readyz; check the disk or Redis of its store."],
  status_page_trouble: ["Whoever runs the service reports trouble.", "Wait; read the status page."],
  check_timeout: ["The check did not end in its time.", "Give it longer: pollux doctor --timeout 60"],
  check_failed: ["The check itself failed.", "Run it again with --json and report it."],
} as const satisfies Record<string, readonly [why: string, fix: string]>;

export type OwnCode = keyof typeof rows;

/** What the doctor can find that is no failure of a stream. */
export const OWN_FINDINGS: Readonly<Record<OwnCode, { why: string; fix: string }>> = Object.freeze(
  Object.fromEntries(
    Object.entries(rows).map(([code, [why, fix]]) => [code, Object.freeze({ why, fix })]),
  ) as Record<OwnCode, { why: string; fix: string }>,
);
