// Real decoders read it, at once and piece by piece.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createGunzip, gunzipSync } from "node:zlib";
import { Gzip } from "./gzip.ts";

test("a decoder reads the whole", () => {
  const pieces = [
    new Uint8Array(),
    new TextEncoder().encode("é one"),
    new Uint8Array(70_000).fill(65),
  ];
  const gzip = new Gzip();
  const bytes = Buffer.concat([...pieces.map((piece) => gzip.push(piece)), gzip.end()]);
  assert.deepEqual(gunzipSync(bytes), Buffer.concat(pieces));
  assert.equal(gunzipSync(new Gzip().end()).length, 0);
});

test("a decoder reads each piece as it comes", async () => {
  const gunzip = createGunzip();
  const gzip = new Gzip();
  for (const word of ["one", "two"]) {
    gunzip.write(gzip.push(new TextEncoder().encode(word)));
    const [data] = await new Promise<Buffer[]>((resolve) =>
      gunzip.once("data", (d) => resolve([d])),
    );
    assert.equal(String(data), word);
  }
});
