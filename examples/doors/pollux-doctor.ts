// Any error text → its cause and the next move; then the checks, without leaving the machine.
import { examine, explain } from "pollux/doctor";
import { systemWorld } from "pollux/node";

const { code, meaning, nextMove } = explain("429 RESOURCE_EXHAUSTED: limit: 0, model: gemini-pro");
console.log(code, meaning, nextMove);

const world = systemWorld({ env: process.env, folder: process.cwd(), version: "0.1.0" });
const checks = examine(world, { model: "gemini-3.6-flash", offline: true, only: ["runtime"] });
let step = await checks.next();
for (; !step.done; step = await checks.next()) {
  if (step.value.type === "finding")
    console.log(step.value.finding.status, step.value.finding.value);
}
console.log(step.value.verdict);
