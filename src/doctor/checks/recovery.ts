// Is the promise kept: answers of the simulator are cut and mended, and compared.
import { ok, problem, skip } from "../finding.ts";
import type { Check } from "./check.ts";

export const recovery: Check = {
  id: "recovery",
  group: "Self-test",
  title: "Recovery self-test",
  needs: [],
  online: false,
  async run({ world }) {
    if (!world.recover) return skip("no simulator at hand");
    const { cuts, exact } = await world.recover();
    const value = `${exact} of ${cuts} cut answers came back identical`;
    return exact === cuts ? ok(value) : problem("recovery_failed", value);
  },
};
