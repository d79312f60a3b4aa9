// Who asks is found out in the same steps for every token that is wrong, and a file of tokens that was
// written by hand opens no door by mistake.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { readTokens } from "../../src/cli/serve/tokens-file.ts";
import { Clients, hashToken, newToken } from "../../src/gateway/index.ts";
import { search } from "../fuzz/search.ts";
import { onText } from "../fuzz/target.ts";
import { folder } from "../gateway/process.ts";

/** A text that counts how often it is looked into. */
function counted(text: string) {
  const seen = { chars: 0 };
  const hash = {
    length: text.length,
    charCodeAt: (at: number) => {
      seen.chars += 1;
      return text.charCodeAt(at);
    },
  } as unknown as string;
  return { hash, seen };
}

test("every entry is compared to its last character, for a near miss as for a far one", async () => {
  const token = newToken();
  const hash = await hashToken(token);
  const last = hash.at(-1) === "0" ? "1" : "0";
  const near = hash.slice(0, -1) + last;
  const far = [...hash].map((char) => (char === "0" ? "1" : "0")).join("");
  const steps: number[] = [];
  for (const list of [
    [near, far],
    [far, near],
    [far, far],
    [hash, far],
    [far, hash],
  ]) {
    const all = list.map(counted);
    const entries = all.map(({ hash: one }, i) => ({ name: `c${i}`, hash: one }));
    await new Clients(entries, () => 0)
      .authenticate({ "x-goog-api-key": token }, "")
      .catch(() => {});
    steps.push(all.reduce((sum, { seen }) => sum + seen.chars, 0));
  }
  assert.deepEqual(
    steps,
    steps.map(() => 2 * 64),
  );
});

test("a date that is none lets nobody in", async () => {
  const token = newToken();
  const entry = { name: "a", hash: await hashToken(token) };
  for (const expires of ["never", "", "2020-13-45"]) {
    const clients = new Clients([{ ...entry, expires }], () => 0);
    await assert.rejects(clients.authenticate({ "x-goog-api-key": token }, ""), /expired/);
  }
});

const place = folder();
after(() => place.remove());
const path = join(place.path, "tokens.json");
const read = (text: string) => {
  writeFileSync(path, text);
  return readTokens(path);
};
const good = {
  ...{ name: "a", hash: "0".repeat(64), operator: true, expires: "2027-01-31" },
  ...{ models: ["gemini-*"], requestsPerMinute: 5 },
};
const written = (more: object) => JSON.stringify({ tokens: [{ ...good, ...more }] });

test("a file of tokens is read strictly", () => {
  assert.equal(read(written({})).length, 1);
  for (const more of [
    { operator: "false" },
    { operator: 1 },
    { expires: "soon" },
    { expires: 0 },
    { models: "gemini-*" },
    { models: [1] },
    { requestsPerMinute: "5" },
    { tokensPerMinute: -1 },
    { streams: 0.5 },
    { hash: "0".repeat(63) },
    { hash: ["0".repeat(64)] },
    { name: {} },
  ])
    assert.throws(() => read(written(more)), { name: "UsageError" }, JSON.stringify(more));
});

test("whatever the file holds, it is read or refused by name", async () => {
  const target = onText({
    name: "tokens-file",
    seeds: [written({}), '{"tokens":[]}'],
    words: ["null", '"operator":', "true", "[", "]", "{", "}"],
    run(text) {
      try {
        return String(read(text).length);
      } catch (error) {
        assert.equal((error as Error).name, "UsageError", String(error));
        return "refused";
      }
    },
  });
  const { hit } = await search(target, { seed: 3, runs: 200 });
  if (hit) throw new Error(hit.input, { cause: hit.error });
});
