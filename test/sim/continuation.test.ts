// Every model, every way to go on, at every offset: the rest is the very rest, byte for byte.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MODELS } from "../../src/sim/index.ts";
import { chunksIn, finishIn, said, simulated, textIn, truthOf } from "./ask.ts";

const PROMPT = said("Write a story about a brave knight");
const TALKERS = MODELS.filter((one) => one.methods.includes("generateContent") && !one.retired);
const WRITERS = TALKERS.filter((one) => !one.image);

/** Offsets that fall inside words, between them, and at the ends; never inside a surrogate pair. */
function offsets(text: string): number[] {
  const steps = Array.from({ length: 12 }, (_, i) => Math.floor((text.length * (i + 1)) / 13));
  return [9, ...steps, text.length - 1].filter((at) => !/[\ud800-\udbff]/.test(text[at - 1] ?? ""));
}

const goOn = (anchor: string) =>
  said(`Your last message was cut off. Continue it, and begin by repeating: <<<${anchor}>>>`);

for (const { name, prefill, tokens } of WRITERS) {
  test(`${name}: a fresh answer is the truth`, async () => {
    const { sim, read } = simulated();
    const chunks = chunksIn(await read({ contents: [PROMPT] }, { model: name }));
    assert.equal(textIn(chunks), truthOf(sim, name, [PROMPT]));
    assert.equal(finishIn(chunks), "STOP");
  });

  test(`${name}: an anchored request gets the anchor, then the rest`, async () => {
    const { sim, read } = simulated();
    const truth = truthOf(sim, name, [PROMPT]);
    for (const at of offsets(truth)) {
      const partial = truth.slice(0, at);
      const anchor = partial.trimEnd().slice(-30);
      const contents = [PROMPT, said(partial, "model"), goOn(anchor)];
      const told = textIn(chunksIn(await read({ contents }, { model: name })));
      assert.ok(told.startsWith(anchor), `at ${at}: ${told.slice(0, 40)}`);
      const space = partial.slice(partial.trimEnd().length);
      assert.equal(partial + told.slice(anchor.length + space.length), truth, `at ${at}`);
      assert.equal(truthOf(sim, name, contents), truth);
    }
  });

  test(`${name}: a last model turn is ${prefill ? "continued" : "refused"}`, async () => {
    const { sim, ask, clock } = simulated();
    const truth = truthOf(sim, name, [PROMPT]);
    for (const at of offsets(truth)) {
      const contents = [PROMPT, said(truth.slice(0, at), "model")];
      const response = await ask({ contents }, { model: name });
      const body = await clock.run(response.text());
      if (prefill) {
        assert.equal(truth.slice(0, at) + textIn(chunksIn(body)), truth, `at ${at}`);
      } else {
        assert.equal(response.status, 400);
        const { error } = JSON.parse(body);
        assert.equal(error.message, "Requests ending with a model turn are not supported.");
        assert.equal(error.status, "INVALID_ARGUMENT");
      }
    }
  });

  test(`${name}: continuation tokens ${tokens ? "lead on" : "are not known"}`, async () => {
    const { sim, read, ask } = simulated();
    const truth = truthOf(sim, name, [PROMPT]);
    const chunks = chunksIn(await read({ contents: [PROMPT] }, { model: name }));
    const marked = chunks.filter((chunk) => chunk.candidates?.[0]?.continuationToken);
    assert.equal(marked.length > 1, tokens);
    for (const chunk of marked) {
      const before = textIn(chunks.slice(0, chunks.indexOf(chunk) + 1));
      const continuationToken = chunk.candidates?.[0]?.continuationToken;
      const rest = await read({ contents: [PROMPT], continuationToken }, { model: name });
      assert.equal(before + textIn(chunksIn(rest)), truth);
    }
    if (tokens) return;
    const refused = await ask({ contents: [PROMPT], continuationToken: "eA==" }, { model: name });
    assert.equal(refused.status, 400);
  });
}

test("a hop ends with CONTINUATION and a token; its hops make the whole", async () => {
  const { sim, read } = simulated({ hopTokens: 60 });
  const model = "gemini-4-argon";
  let text = "";
  let continuationToken: string | undefined;
  let hops = 0;
  for (let reason: unknown = "CONTINUATION"; reason === "CONTINUATION" && hops < 99; hops += 1) {
    const body = { contents: [PROMPT], ...(continuationToken && { continuationToken }) };
    const chunks = chunksIn(await read(body, { model }));
    text += textIn(chunks);
    reason = finishIn(chunks);
    continuationToken = chunks.at(-1)?.candidates?.[0]?.continuationToken;
  }
  assert.ok(hops > 3);
  assert.equal(text, truthOf(sim, model, [PROMPT]));
});

test("the limit on output counts over all hops; a token leads beyond it with a higher one", async () => {
  const { sim, read } = simulated({ hopTokens: 60 });
  const model = "gemini-4-carbon";
  const asked = (maxOutputTokens: number, continuationToken?: string) => ({
    contents: [PROMPT],
    generationConfig: { maxOutputTokens },
    ...(continuationToken && { continuationToken }),
  });
  const first = chunksIn(await read(asked(100), { model }));
  const token = first.at(-1)?.candidates?.[0]?.continuationToken as string;
  const second = chunksIn(await read(asked(100, token), { model }));
  assert.deepEqual([finishIn(first), finishIn(second)], ["CONTINUATION", "MAX_TOKENS"]);
  const more = second.at(-1)?.candidates?.[0]?.continuationToken as string;
  const third = chunksIn(await read(asked(120, more), { model }));
  const all = [first, second, third].map((chunks) => textIn(chunks)).join("");
  assert.equal(all, truthOf(sim, model, [PROMPT]).slice(0, 480));
});

test("a token of another answer is refused", async () => {
  const { read, ask } = simulated();
  const model = "gemini-4-argon";
  const chunks = chunksIn(await read({ contents: [PROMPT] }, { model }));
  const marked = chunks.find((chunk) => chunk.candidates?.[0]?.continuationToken);
  const continuationToken = marked?.candidates?.[0]?.continuationToken;
  const other = await ask({ contents: [said("Another prompt")], continuationToken }, { model });
  assert.equal(other.status, 400);
});

test("a chat goes on as a chat: quoting the last answer is not asking for its rest", async () => {
  const { sim, read } = simulated();
  const whole = truthOf(sim, "gemini-2.5-flash", [PROMPT]);
  const contents = [PROMPT, said(whole, "model"), said(`What is “${whole.slice(-25)}”?`)];
  const told = textIn(chunksIn(await read({ contents }, { model: "gemini-2.5-flash" })));
  assert.ok(told.length > 100);
  assert.notEqual(told, whole.slice(-25));
});

test("a document asked for as JSON goes on, too", async () => {
  const { sim, read } = simulated();
  const model = "gemini-2.5-flash";
  const generationConfig = { responseMimeType: "application/json" };
  const truth = sim.truth(model, { contents: [PROMPT], generationConfig });
  const contents = [PROMPT, said(truth.slice(0, 40), "model")];
  const rest = textIn(chunksIn(await read({ contents, generationConfig }, { model })));
  assert.equal(truth.slice(0, 40) + rest, truth);
  assert.equal(JSON.parse(truth).items.length, 6);
});
