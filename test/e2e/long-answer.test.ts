// A long answer in a real pseudo-terminal; on its own, because it takes its time.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createSim } from "../../src/sim/index.ts";
import { terminal } from "./terminal.ts";

test("a long answer: no full clear, few bytes, each line once in the scrollback", async () => {
  const prompt = "Write 3000 words";
  const folder = mkdtempSync(join(tmpdir(), "pollux-test-"));
  const t = terminal(["chat", "--session", "long", "--raw"], { env: { XDG_DATA_HOME: folder } });
  try {
    await t.sees("/help");
    t.write(`${prompt}\r`);
    await t.sees(/first\s+token · /).catch(() => t.sees(/tok/));
    await t.sees(/\d+ in \/ [\d,]+ out/);
    const text = createSim().truth("gemini-3.6-flash", {
      contents: [{ role: "user", parts: [{ text: prompt }] }],
    });
    assert.ok(!/\x1b\[[23]J/.test(t.bytes()), "a full clear");
    assert.ok(
      Buffer.byteLength(t.bytes()) <= 3 * Buffer.byteLength(text),
      `${Buffer.byteLength(t.bytes())} bytes for ${Buffer.byteLength(text)}`,
    );
    const shown = t.lines();
    for (const line of text.split("\n").filter((one) => one.length > 30 && one.length < 78)) {
      assert.equal(shown.filter((row) => row.trim() === line.trim()).length, 1, line);
    }
  } finally {
    t.kill();
    // It may still be writing what it keeps.
    await t.exited;
    rmSync(folder, { recursive: true, force: true });
  }
});
