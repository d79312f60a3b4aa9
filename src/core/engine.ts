// The door for those who build a gateway: a stream driven by hand, restored from its own events, and
// written in the forms that clients expect.
export { RetryBudget } from "./budget.ts";
export {
  type Api,
  contentTypeOf,
  errorBody,
  type Form,
  FormEncode,
  failureOf,
  isBroken,
  isUnverified,
  refusalOf,
  statusOf,
} from "./form.ts";
export { Life } from "./life.ts";
export { requestOf } from "./request.ts";
export { restore } from "./restore.ts";
export { type Patience, settingsOf } from "./settings.ts";
export { Stream } from "./stream.ts";
export type { StreamInput } from "./stream-input.ts";
