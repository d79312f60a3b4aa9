// Links, anchors and code blocks are found as the forge would find them.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { findAnchors, findBrokenLinks, findCodeBlocks } from "./markdown.ts";

const root = mkdtempSync(join(tmpdir(), "pollux-docs-"));
after(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, "docs"));
writeFileSync(
  join(root, "README.md"),
  `# The name
[good](docs/page.md) [anchor](docs/page.md#second-part) [own](#the-name) [web](https://example.org/x)
[no file](docs/none.md) [no anchor](docs/page.md#third) \`[code](nowhere.md)\` [out](../x.md)
<img src="docs/none.svg"> <a href="docs/page.md#by-hand">ok</a>
[ref]: docs/gone.md

\`\`\`md
[inside](a-fence.md)
# no heading
\`\`\`

- a list
  \`\`\`ts run
  const a = 1;
  \`\`\`
`,
);
writeFileSync(
  join(root, "docs/page.md"),
  `# Page\n## Second part\n<a id="by-hand"></a>\n[up](../README.md)\n`,
);

test("tells each link that leads nowhere, with its line", () => {
  const { broken, files } = findBrokenLinks(root);
  assert.equal(files, 2);
  assert.deepEqual(
    broken.map(({ path, line, target }) => `${path}:${line} ${target}`),
    [
      "README.md:3 docs/none.md",
      "README.md:3 docs/page.md#third",
      "README.md:3 ../x.md",
      "README.md:4 docs/none.svg",
      "README.md:5 docs/gone.md",
    ],
  );
});

test("makes anchors as the forge does", () => {
  const text =
    "# `code` and *more*!\n## Same\n## Same\n### A [link](x.md) · dot\n## quota_minute\n";
  assert.deepEqual(
    [...findAnchors(text)],
    ["code-and-more", "same", "same-1", "a-link--dot", "quota_minute"],
  );
});

test("finds code blocks with what they say of themselves, without their indent", () => {
  const blocks = findCodeBlocks(root).map(({ line, info, code }) => ({ line, info, code }));
  assert.deepEqual(blocks.at(-1), { line: 14, info: "ts run", code: "const a = 1;\n" });
  assert.equal(blocks.length, 2);
});
