// The faults, in the order in which they are told of.

import { block } from "./block.ts";
import { bom } from "./bom.ts";
import { burst } from "./burst.ts";
import { comments } from "./comments.ts";
import { connectRefuse } from "./connect-refuse.ts";
import { connectReset } from "./connect-reset.ts";
import { connectStall } from "./connect-stall.ts";
import { cr } from "./cr.ts";
import { cut } from "./cut.ts";
import { dns } from "./dns.ts";
import { done } from "./done.ts";
import { drift } from "./drift.ts";
import { empty } from "./empty.ts";
import { end } from "./end.ts";
import { errorEvent } from "./error-event.ts";
import { eventLines } from "./event-lines.ts";
import type { Fault } from "./fault.ts";
import { finish } from "./finish.ts";
import { finishEarly } from "./finish-early.ts";
import { flaky } from "./flaky.ts";
import { garble } from "./garble.ts";
import { gzip } from "./gzip.ts";
import { half } from "./half.ts";
import { headersStall } from "./headers-stall.ts";
import { html } from "./html.ts";
import { huge } from "./huge.ts";
import { lf } from "./lf.ts";
import { multiLine } from "./multi-line.ts";
import { network } from "./network.ts";
import { noBlankEnd } from "./no-blank-end.ts";
import { noFinish } from "./no-finish.ts";
import { preamble } from "./preamble.ts";
import { quota } from "./quota.ts";
import { rawError } from "./raw-error.ts";
import { redirect } from "./redirect.ts";
import { reopenFence } from "./reopen-fence.ts";
import { repeat } from "./repeat.ts";
import { repeatSentence } from "./repeat-sentence.ts";
import { reset } from "./reset.ts";
import { slice } from "./slice.ts";
import { slow } from "./slow.ts";
import { stall } from "./stall.ts";
import { startOver } from "./start-over.ts";
import { status } from "./status.ts";
import { tls } from "./tls.ts";
import { wrongType } from "./wrong-type.ts";

/** Every fault there is. */
export const FAULTS: readonly Fault[] = Object.freeze([
  status,
  cut,
  reset,
  end,
  stall,
  half,
  slow,
  slice,
  burst,
  garble,
  repeat,
  empty,
  noFinish,
  finishEarly,
  finish,
  block,
  errorEvent,
  rawError,
  html,
  huge,
  bom,
  gzip,
  wrongType,
  redirect,
  headersStall,
  connectRefuse,
  connectStall,
  tls,
  dns,
  connectReset,
  network,
  quota,
  flaky,
  comments,
  eventLines,
  multiLine,
  noBlankEnd,
  lf,
  cr,
  done,
  repeatSentence,
  reopenFence,
  startOver,
  drift,
  preamble,
]);

export function findFault(word: string): Fault | undefined {
  return FAULTS.find((one) => one.word === word);
}
