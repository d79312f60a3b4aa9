// Which way the environment sends requests.
import { ok, problem } from "../finding.ts";
import type { Check } from "./check.ts";

export const proxyEnv: Check = {
  id: "proxy-env",
  group: "Network",
  title: "Address and proxy",
  needs: [],
  online: false,
  async run({ target }) {
    if (!target.url) return problem("base_url_invalid", `the base URL is "${target.baseUrl}"`);
    const { proxy, proxyFrom, host } = target;
    if (proxy === undefined) return ok(`${host}, no proxy${proxyFrom ? ` (${proxyFrom})` : ""}`);
    if (!/^https?:\/\/[^/\s]/.test(proxy) || !URL.canParse(proxy))
      return problem("proxy_invalid", `${proxyFrom} is "${proxy}"`);
    return ok(`${host} through ${new URL(proxy).host} (${proxyFrom})`);
  },
};
