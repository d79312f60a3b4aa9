// Whose certificate is shown, is it trusted, and how long is it good.
import { classifyThrown } from "../../core/failures.ts";
import { ok, problem, skip, warn } from "../finding.ts";
import type { Check } from "./check.ts";

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;
/** A clock that is this far from a certificate's time is the likelier culprit. */
const EARLY = "certificate is not valid before";

export const tls: Check = {
  id: "tls",
  group: "Network",
  title: "TLS",
  needs: ["tcp", "proxy"],
  online: true,
  async run({ world, target, known, signal }) {
    const { host, port, secure, proxy } = target;
    if (!secure) return skip("plain HTTP");
    let peer: Awaited<ReturnType<typeof world.handshake>>;
    try {
      peer = await world.handshake({ host, port }, proxy, signal);
    } catch (error) {
      if (signal.aborted) return problem("tls_handshake_cut", "the handshake does not end in time");
      const { code, message } = classifyThrown(error);
      const known = code.startsWith("tls_") ? code : "tls_handshake_cut";
      return problem(known, `the handshake fails: ${message}`);
    }
    known.facts.tlsIssuer = peer.issuer;
    const { issuer, validTo, validFrom, trusted, selfSigned, reason } = peer;
    const now = world.date().getTime();
    const until = validTo.toISOString().slice(0, 10);
    if (validFrom.getTime() > now)
      return problem(
        "clock_skew",
        `${EARLY} ${validFrom.toISOString()}, the local clock says ${world.date().toISOString()}`,
      );
    if (validTo.getTime() < now)
      return problem("tls_expired", `expired on ${until}, issued by ${issuer}`);
    if (selfSigned && !trusted)
      return problem(
        "tls_self_signed",
        `${host} shows a certificate of its own making (${issuer})`,
      );
    if (!trusted)
      return problem(
        "tls_intercept",
        `issued by ${issuer}, which this machine does not trust (${reason ?? "no chain"})`,
        "export NODE_EXTRA_CA_CERTS=/path/to/company-root-ca.pem",
      );
    const days = Math.floor((validTo.getTime() - now) / DAY_MS);
    const told = `issued by ${issuer}, good for ${days} days`;
    return days < SOON_DAYS ? warn("tls_expires_soon", told) : ok(told);
  },
};
