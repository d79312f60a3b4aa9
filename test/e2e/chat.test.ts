// The chat in a real pseudo-terminal.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Terminal, terminal } from "./terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "pollux-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const CANARY = "AIzaCanaryKeyForTests0000000000000000000";

async function chatting(
  args: string[],
  use: (t: Terminal) => Promise<void>,
  env = {},
): Promise<void> {
  const t = terminal(["chat", ...args], { env: { XDG_DATA_HOME: folder, ...env } });
  try {
    await t.sees("/help");
    await use(t);
  } finally {
    t.kill();
    // It may still be writing what it keeps.
    await t.exited;
  }
}

test("an answer that breaks is mended, marked, and told of on request", () =>
  chatting(["--fault", "cut after 8 chunks; ok"], async (t) => {
    t.write("Write a story about a brave knight in 150 words\r");
    await t.sees(/— reconnected here · [\d,]+ characters kept —/);
    await t.sees(/1\s+recovery/);
    t.write("/info\r");
    await t.sees(/attempt 2 .*⊕/);
    t.write("\x04");
    assert.equal(await t.exited, 0);
  }));

test("Ctrl-C stops the answer, keeps it, and the line is there again", () =>
  chatting([], async (t) => {
    t.write("Tell me something in 3000 words\r");
    await t.sees(/streaming/);
    t.write("\x03");
    await t.sees(/stopped · [\d,]+ characters kept/);
    t.write("/stats\r");
    await t.sees("1 answers");
    t.write("\x03");
    await t.sees("Ctrl-C again or Ctrl-D to exit");
    t.write("\x03");
    assert.equal(await t.exited, 0);
  }));

test("Esc stops before the first token, and the question comes back", () =>
  chatting(["--fault", "headers-stall"], async (t) => {
    t.write("Anything\r");
    await t.sees("waiting for first token");
    t.write("\x1b");
    await t.sees("stopped · 0 characters kept");
    await t.sees(/> Anything\s*$/);
  }));

test("a paste is never sent by itself, folds, and unfolds", () =>
  chatting([], async (t) => {
    const lines = Array.from({ length: 12 }, (_, i) => `pasted line ${i}`);
    t.write(`\x1b[200~${lines.join("\r")}\x1b[201~`);
    await t.sees("[pasted 12 lines]");
    t.write("\x0f");
    await t.sees("pasted line 11");
    assert.ok(!t.lines().join("\n").includes("waiting"));
  }));

test("a paste cannot steer the terminal", () =>
  chatting([], async (t) => {
    t.write("\x1b[200~one\x1b]0;title\x07two\x1b[31mthree\x1b[201~");
    await t.sees("onetwothree");
    assert.ok(!/\x1b\]0;|\x1b\[31m/.test(t.bytes()));
  }));

test("stopping gives a queued message back; it is not sent", () =>
  chatting([], async (t) => {
    t.write("Tell me something in 3000 words\r");
    await t.sees(/streaming/);
    t.write("the next one\r");
    await t.sees("queued: the next one");
    t.write("\x03");
    await t.sees(/stopped · [\s\S]*\n> the next one\s*$/);
  }));

test("a retry that yields nothing leaves the old answer and its model", () =>
  chatting([], async (t) => {
    t.write("Hello in 20 words\r");
    await t.sees(/\d+ in \/ \d+ out/);
    t.write("/retry --model gemini-nope\r");
    await t.sees("model_not_found");
    t.write("/model\r");
    await t.sees("The model is gemini-3.6-flash.");
    t.write("/stats\r");
    await t.sees("1 answers");
  }));

test("what the model writes cannot steer the terminal", async () => {
  const osc = "\x1b]52;c;aGFja2Vk\x07";
  await chatting([], async (t) => {
    t.write(`/system ${"x".repeat(3)}\r`);
    await t.sees("The system instruction is set.");
    t.write("Say this\r");
    await t.sees(/first\s+token · /);
    assert.ok(!t.bytes().includes(osc));
    assert.ok(!/\x1b\][^0]/.test(t.bytes()));
  });
});

test("/doctor examines the path the chat goes", () =>
  chatting(["--sim"], async (t) => {
    t.write("/doctor\r");
    await t.sees(/Recovery self-test +3 of 3 cut answers/);
    t.write("\x04");
    assert.equal(await t.exited, 0);
  }));

test("an unknown command is never sent; two slashes are", () =>
  chatting([], async (t) => {
    t.write("/modle\r");
    await t.sees("did you mean /model?");
    t.write("//not a command, in 20 words\r");
    await t.sees("> //not a command");
    await t.sees(/\d+ in \/ \d+ out/);
  }));

test("sessions are saved for their owner, load again, and hold no key", () =>
  chatting(
    ["--session", "mine", "--sim"],
    async (t) => {
      t.write(`Hello in 20 words, my key is ${CANARY}\r`);
      await t.sees(/\d+ in \/ \d+ out/);
      t.write("/save\r");
      await t.sees("Saved:");
      t.write("/quit\r");
      assert.equal(await t.exited, 0);
      const files = readdirSync(join(folder, "pollux"), {
        recursive: true,
        withFileTypes: true,
      }).filter((one) => one.isFile());
      for (const file of files)
        assert.ok(
          !readFileSync(join(file.parentPath, file.name), "utf8").includes(CANARY),
          file.name,
        );
      const again = terminal(["chat", "--session", "mine"], { env: { XDG_DATA_HOME: folder } });
      await again.sees("mine: 1 turns so far");
      again.kill();
      await again.exited;
    },
    { GEMINI_API_KEY: CANARY },
  ));

test("ask on a terminal paints markdown, marks the seam, and ends with its summary", async () => {
  const t = terminal([
    "ask",
    "Write a story about a brave knight in 150 words",
    "--fault",
    "cut after 8 chunks; ok",
  ]);
  await t.sees("— reconnected here");
  assert.equal(await t.exited, 0);
  await t.sees(/to first token · .* 1 recovery/);
  assert.ok(
    /\x1b\[1m/.test(t.bytes()) && t.bytes().endsWith("\n"),
    "painted, and a line of its own at the end",
  );
  assert.ok(!t.lines().some((line) => line.startsWith("**")));
});

test("SIGTERM gives the terminal back", async () => {
  const t = terminal(["chat"], { env: { XDG_DATA_HOME: folder } });
  await t.sees("/help");
  t.kill("SIGTERM");
  assert.equal(await t.exited, 143);
  assert.ok(t.bytes().includes("\x1b[?2004l") && t.bytes().trimEnd().endsWith("\x1b[?25h"));
});

test("a message taller than the window keeps the cursor in sight; themes change", () =>
  chatting([], async (t) => {
    t.write("/theme plain\r");
    await t.sees("From now on without colour.");
    for (let i = 0; i < 40; i += 1) t.write(`row${i}\n`);
    t.write("the end");
    await t.sees("the end");
    assert.ok(
      !t.lines().some((line) => line.includes("row3 ")) &&
        t.lines().some((line) => line.includes("row39")),
    );
  }));
