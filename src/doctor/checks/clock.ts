// Does the local clock agree with the server's.
import { ok, problem, skip, warn } from "../finding.ts";
import type { Check } from "./check.ts";

const WARN_MS = 60_000;
const PROBLEM_MS = 5 * 60_000;

export const clock: Check = {
  id: "clock",
  group: "Network",
  title: "Clock",
  needs: ["http"],
  online: true,
  async run({ known }) {
    const told = known.first?.reply.headers.get("date");
    const theirs = told ? Date.parse(told) : Number.NaN;
    if (!known.first || Number.isNaN(theirs)) return skip("the host tells no time");
    const offMs = known.first.at.getTime() - theirs;
    const value = `${Math.abs(Math.round(offMs / 1000))} s ${offMs < 0 ? "behind" : "ahead"}`;
    const fix = "sudo timedatectl set-ntp true";
    if (Math.abs(offMs) >= PROBLEM_MS) return problem("clock_skew", value, fix);
    return Math.abs(offMs) >= WARN_MS ? warn("clock_skew", value, fix) : ok(value);
  },
};
