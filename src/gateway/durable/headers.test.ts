import assert from "node:assert/strict";
import { test } from "node:test";
import { Declined } from "./declined.ts";
import { isClosing, producerOf, seqOf, wishOf } from "./headers.ts";

function refused(work: () => unknown): void {
  assert.throws(work, (error) => error instanceof Declined && error.status === 400);
}

test("what is asked for by default", () => {
  assert.deepEqual(wishOf({}), {
    contentType: "application/octet-stream",
    ttlSeconds: undefined,
    expiresAt: undefined,
    closed: false,
    fork: undefined,
  });
  assert.equal(wishOf({ "content-type": "nonsense" }).contentType, "application/octet-stream");
  assert.equal(wishOf({ "stream-forked-from": "/a" }).contentType, undefined);
});

test("times to live are whole seconds or a moment, not both", () => {
  assert.equal(wishOf({ "stream-ttl": "0" }).ttlSeconds, 0);
  for (const ttl of ["-1", "+1", "01", "1.0", "1e3", " 1", "", "9".repeat(30)])
    refused(() => wishOf({ "stream-ttl": ttl }));
  const moments = ["2030-01-01T00:00:00Z", "2030-01-01T00:00:00.5+02:00"];
  for (const at of moments) assert.equal(wishOf({ "stream-expires-at": at }).expiresAt, at);
  for (const at of ["soon", "2030", "2030-13-01T00:00:00Z", "Jan 1 2030"])
    refused(() => wishOf({ "stream-expires-at": at }));
  refused(() => wishOf({ "stream-ttl": "1", "stream-expires-at": "2030-01-01T00:00:00Z" }));
});

test("a part of a message needs a source and an offset", () => {
  const from = { "stream-forked-from": "/a" };
  refused(() => wishOf({ "stream-fork-sub-offset": "0" }));
  refused(() => wishOf({ ...from, "stream-fork-sub-offset": "1" }));
  for (const sub of ["", "-1", "1.5", "x"])
    refused(() => wishOf({ ...from, "stream-fork-offset": "o", "stream-fork-sub-offset": sub }));
});

test("a producer comes with all its headers", () => {
  const all = { "producer-id": "p", "producer-epoch": "0", "producer-seq": "12" };
  assert.equal(producerOf({}), undefined);
  assert.deepEqual(producerOf(all), { id: "p", epoch: 0, seq: 12 });
  for (const name of Object.keys(all)) refused(() => producerOf({ ...all, [name]: undefined }));
  for (const odd of ["-1", "1.5", "1e3", "", String(2 ** 53)])
    refused(() => producerOf({ ...all, "producer-seq": odd }));
  refused(() => producerOf({ ...all, "producer-id": "" }));
  refused(() => producerOf({ ...all, "producer-id": "p".repeat(257) }));
});

test("only the word true closes", () => {
  assert.deepEqual(
    ["true", "TRUE", "false", "yes", ""].map((word) => isClosing({ "stream-closed": word })),
    [true, true, false, false, false],
  );
  refused(() => seqOf({ "stream-seq": "9".repeat(257) }));
});
