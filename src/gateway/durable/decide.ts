// What an append does to a stream: a pure function of what is known and what is asked. The stream's own
// state changes in the same step as its messages, so a repeated request finds what the first one did.
import type { About, Closer, Known, ProducerState } from "./about.ts";
import { Declined } from "./declined.ts";
import { CLOSED, isSameType, NEXT_OFFSET, type Producer } from "./headers.ts";
import { offsetOf } from "./position.ts";

export interface Append {
  contentType: string | undefined;
  /** None: it only closes the stream. */
  message: Uint8Array | undefined;
  close: boolean;
  seq: string | undefined;
  producer: Producer | undefined;
}

/** `again`: this very request was served before; nothing changes. */
export type Decision =
  | { kind: "change"; about: About }
  | { kind: "again"; producer: Producer | undefined };

/** Throws what the client is told instead. */
export function decideAppend(
  { about, tail }: Known,
  append: Append,
  nowMs: number,
  producersMax: number,
): Decision {
  const { message, close, seq, producer, contentType } = append;
  const tailOffset = offsetOf(tail);
  const state =
    producer && Object.hasOwn(about.producers, producer.id)
      ? about.producers[producer.id]
      : undefined;
  if (about.closed) {
    if (producer && isCloser(about.closer, producer)) return { kind: "again", producer };
    if (!message && close && !producer) return { kind: "again", producer };
    if (state && producer && producer.epoch < state.epoch) throw staleEpoch(state);
    throw new Declined(409, "stream_closed", "The stream is closed.", {
      [CLOSED]: "true",
      [NEXT_OFFSET]: tailOffset,
    });
  }
  if (message && contentType !== undefined && !isSameType(contentType, about.contentType))
    throw new Declined(409, "content_type_differs", `The stream is ${about.contentType}.`);
  if (producer && isRepeated(producer, state))
    return { kind: "again", producer: { ...producer, seq: state?.seq ?? producer.seq } };
  // Node reads a header's bytes as one character each: the order of text is that of bytes.
  if (seq !== undefined && about.seq !== undefined && seq <= about.seq)
    throw new Declined(409, "seq_conflict", "Stream-Seq: not greater than the last one.", {
      [NEXT_OFFSET]: tailOffset,
    });
  const closer: Closer | undefined = close && producer ? { ...producer } : undefined;
  return {
    kind: "change",
    about: {
      ...about,
      ...(seq !== undefined && { seq }),
      ...(producer && { producers: withProducer(about, producer, nowMs, producersMax) }),
      ...(close && { closed: true, closer }),
    },
  };
}

/** Throws where the producer is out of step. */
function isRepeated({ epoch, seq }: Producer, state: ProducerState | undefined): boolean {
  if (!state || epoch > state.epoch) {
    if (seq === 0) return false;
    if (state) throw new Declined(400, "epoch_invalid", "A new epoch begins with Producer-Seq 0.");
    throw sequenceGap(0, seq);
  }
  if (epoch < state.epoch) throw staleEpoch(state);
  if (seq > state.seq + 1) throw sequenceGap(state.seq + 1, seq);
  return seq <= state.seq;
}

function staleEpoch({ epoch }: ProducerState): Declined {
  return new Declined(403, "epoch_stale", "Another producer of this name has a newer epoch.", {
    "producer-epoch": String(epoch),
  });
}

function sequenceGap(expected: number, received: number): Declined {
  return new Declined(409, "producer_gap", "Producer-Seq: what comes before it is missing.", {
    "producer-expected-seq": String(expected),
    "producer-received-seq": String(received),
  });
}

function isCloser(closer: Closer | undefined, { id, epoch, seq }: Producer): boolean {
  return closer?.id === id && closer.epoch === epoch && closer.seq === seq;
}

function withProducer(
  { producers }: About,
  { id, epoch, seq }: Producer,
  nowMs: number,
  most: number,
): About["producers"] {
  const isNew = !Object.hasOwn(producers, id);
  if (isNew && Object.keys(producers).length >= most)
    throw new Declined(429, "producers_full", `A stream has at most ${most} producers.`);
  // A plain spread would lose a producer named __proto__.
  return Object.fromEntries([
    ...Object.entries(producers).filter(([name]) => name !== id),
    [id, { epoch, seq, atMs: nowMs }],
  ]);
}
