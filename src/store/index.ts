// The store's door.
export {
  type Entry,
  type Head,
  type ListQuery,
  type NewHead,
  type News,
  type Owned,
  type Page,
  type Retention,
  type State,
  StoreError,
  type StreamLog,
  type Write,
  type Written,
} from "./log.ts";
export { openStore } from "./open.ts";
export type { Kept, Shelf } from "./shelf.ts";
export type { Store, StoreOptions } from "./store.ts";
export type { Taken, Tally } from "./tally.ts";
export type { Allowance, Committed, Tape, TapeChange, Tapes } from "./tape.ts";
