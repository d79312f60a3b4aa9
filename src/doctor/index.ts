// The door of the doctor: what is wrong, and what to do next.
export { CHECKS } from "./checks/index.ts";
export {
  type Difference,
  differences,
  isCircumstance,
  type Past,
  reproduced,
} from "./differences.ts";
export { type Bundle, bundleMarkdown, bundleOf, leakIn } from "./evidence.ts";
export { costs, type ExamineOptions, examine, examineAll, type Progress } from "./examine.ts";
export type { Exchange } from "./exchange.ts";
export { type Explanation, explain } from "./explain.ts";
export type { Facts, Finding, FindingCode, Report, Status } from "./finding.ts";
export { OWN_FINDINGS } from "./finding-table.ts";
export { comparePaths, type Paths, type Way } from "./paths.ts";
export { filledFrom, type Shape, shapeOf } from "./shape.ts";
export type { VertexTarget } from "./target.ts";
export type { Ground, Proof } from "./verify/proof.ts";
export type { Level, Ramp } from "./verify/ramp.ts";
export {
  costOf,
  PROOFS,
  type Verification,
  type VerifyOptions,
  type VerifyProgress,
  verify,
} from "./verify/verify.ts";
export type { Hop, Peer, World } from "./world.ts";
