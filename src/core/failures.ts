// A door: the failure table, and everything that turns an error into a row of it. Streams name their
// failures by themselves; this is for those who meet errors elsewhere.
export {
  classifyBlock,
  classifyErrorBody,
  classifyFinish,
  classifyPage,
  classifyResponse,
  classifyThrown,
} from "./classify.ts";
export {
  FAILURES,
  type Failure,
  type FailureCode,
  type FailureKind,
  type FailureRow,
  failure,
} from "./failure-table.ts";
export { quotaCode } from "./quota.ts";
export { redact, redactPersonal } from "./redact.ts";
export { durationMs, retryDelay } from "./retry-delay.ts";
export {
  HTTP_CODES,
  MESSAGE_RULES,
  matchRule,
  type Rule,
  STATUS_CODES,
  THROWN_RULES,
} from "./rules.ts";
