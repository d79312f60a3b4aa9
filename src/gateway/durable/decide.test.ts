import assert from "node:assert/strict";
import { test } from "node:test";
import type { About, Known } from "./about.ts";
import { type Append, decideAppend } from "./decide.ts";
import { Declined } from "./declined.ts";

const NOW_MS = 1_000;
const PRODUCERS_MAX = 3;
const ABOUT: About = {
  contentType: "text/plain",
  closed: false,
  producers: {},
  forks: 0,
  gone: false,
};

function known(change: Partial<About> = {}): Known {
  const about = { ...ABOUT, ...change };
  const tape = { name: "n", id: "i", owner: "o", mark: "m", about: "", length: 2, bytes: 4 };
  return { tape, about, tail: 2 };
}

function append(change: Partial<Append> = {}): Append {
  return {
    contentType: "text/plain",
    message: new Uint8Array([1]),
    close: false,
    seq: undefined,
    producer: undefined,
    ...change,
  };
}

const decide = (about: Partial<About>, change: Partial<Append>) =>
  decideAppend(known(about), append(change), NOW_MS, PRODUCERS_MAX);

function declined(about: Partial<About>, change: Partial<Append>): Declined {
  try {
    decide(about, change);
  } catch (error) {
    assert.ok(error instanceof Declined);
    return error;
  }
  return assert.fail("it was accepted");
}

const producer = (epoch: number, seq: number, id = "p") => ({ id, epoch, seq });
const at = (epoch: number, seq: number) => ({ producers: { p: { epoch, seq, atMs: 0 } } });

test("producers: every step of epochs and seqs", () => {
  const accepted: [Partial<About>, number, number][] = [
    [{}, 0, 0],
    [{}, 7, 0],
    [at(0, 0), 0, 1],
    [at(0, 5), 1, 0],
  ];
  for (const [about, epoch, seq] of accepted) {
    const decision = decide(about, { producer: producer(epoch, seq) });
    assert.equal(decision.kind, "change");
    if (decision.kind === "change")
      assert.deepEqual(decision.about.producers, { p: { epoch, seq, atMs: NOW_MS } });
  }
  for (const seq of [0, 4, 5]) {
    const decision = decide(at(2, 5), { producer: producer(2, seq) });
    assert.deepEqual(decision, { kind: "again", producer: producer(2, 5) });
  }
  const stale = declined(at(2, 5), { producer: producer(1, 6) });
  assert.deepEqual([stale.status, stale.headers["producer-epoch"]], [403, "2"]);
  assert.equal(declined(at(2, 5), { producer: producer(3, 1) }).status, 400);
  const gap = declined(at(2, 5), { producer: producer(2, 7) });
  assert.deepEqual(
    [gap.status, gap.headers["producer-expected-seq"], gap.headers["producer-received-seq"]],
    [409, "6", "7"],
  );
  assert.equal(declined({}, { producer: producer(0, 1) }).headers["producer-expected-seq"], "0");
});

test("producers with names of every kind, and no more than allowed", () => {
  let about: Partial<About> = {};
  for (const id of ["__proto__", "constructor", "p"]) {
    assert.equal(declined(about, { producer: producer(0, 1, id) }).status, 409, id);
    const decision = decide(about, { producer: producer(0, 0, id) });
    assert.equal(decision.kind, "change");
    if (decision.kind === "change") about = JSON.parse(JSON.stringify(decision.about));
    assert.equal(decide(about, { producer: producer(0, 0, id) }).kind, "again");
  }
  assert.equal(declined(about, { producer: producer(0, 0, "one more") }).status, 429);
  assert.equal(decide(about, { producer: producer(0, 1) }).kind, "change");
});

test("Stream-Seq rises in the order of text, and a repeated append is known before it is compared", () => {
  assert.equal(decide({ seq: "09" }, { seq: "10" }).kind, "change");
  for (const seq of ["10", "2", ""]) assert.equal(declined({ seq: "2" }, { seq }).status, 409);
  const repeated = decide({ ...at(0, 3), seq: "b" }, { seq: "a", producer: producer(0, 3) });
  assert.equal(repeated.kind, "again");
});

test("what is closed stays closed, and says so; who closed it may ask again", () => {
  const closed = { closed: true, closer: producer(1, 4), ...at(1, 4) };
  const refused = declined(closed, {});
  assert.equal(refused.status, 409);
  assert.deepEqual(refused.headers, {
    "stream-closed": "true",
    "stream-next-offset": "0000000000000000_0000000000000002",
  });
  assert.equal(decide(closed, { close: true, producer: producer(1, 4) }).kind, "again");
  assert.equal(decide(closed, { message: undefined, close: true }).kind, "again");
  assert.equal(declined(closed, { close: true, producer: producer(1, 5) }).status, 409);
  assert.equal(declined(closed, { close: true, producer: producer(0, 9) }).status, 403);
  const now = decide({}, { close: true, producer: producer(0, 0) });
  assert.ok(now.kind === "change" && now.about.closed);
  assert.deepEqual(now.kind === "change" && now.about.closer, producer(0, 0));
});

test("another type is refused, whatever its letters; a close alone has none", () => {
  assert.equal(declined({}, { contentType: "application/json" }).status, 409);
  assert.equal(decide({}, { contentType: "TEXT/Plain; charset=utf-8" }).kind, "change");
  const close = { message: undefined, close: true, contentType: "image/png" };
  assert.equal(decide({}, close).kind, "change");
});
