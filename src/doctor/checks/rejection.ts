// Is a request that is plainly wrong refused plainly.
import { ok, warn } from "../finding.ts";
import { ask } from "../probe.ts";
import type { Check } from "./check.ts";

export const rejection: Check = {
  id: "rejection",
  group: "Gemini",
  title: "A wrong request is refused",
  needs: ["unary"],
  online: true,
  spends: "1 request, no tokens",
  async run(scene) {
    const path = `models/${scene.target.model}:generateContent`;
    const { reply, failure } = await ask(scene, path, { contents: [] });
    const status = reply?.status ?? 0;
    if (status >= 200 && status < 300)
      return warn("bad_request_accepted", `${status} for a request without contents`);
    if (status >= 500 || status === 0)
      return warn("bad_request_crashed", `${status || failure?.message}`);
    return ok(`${status} ${failure?.code ?? ""}`.trim());
  },
};
