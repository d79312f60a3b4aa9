// The door of the doctor: what is wrong, and what to do next.
export { CHECKS } from "./checks/index.ts";
export { costs, type ExamineOptions, examine, examineAll, type Progress } from "./examine.ts";
export { type Explanation, explain } from "./explain.ts";
export type { Finding, FindingCode, Report, Status } from "./finding.ts";
export { OWN_FINDINGS } from "./finding-table.ts";
export type { Hop, Peer, World } from "./world.ts";
