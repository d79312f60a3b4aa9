// What is painted does not depend on how the text came, and nothing painted is taken back.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MarkdownStream } from "./markdown.ts";
import { paintOf } from "./paint.ts";

const DOCUMENTS = [
  "# Title\n\nA *first* paragraph with `code` and **weight**.\n\nA second one.\n",
  "- one\n- two\n  - inner\n- three\n\nAfter the list.\n",
  "1. a\n2. b\n\n```js\nconst x = 1;\n\nconst y = 2;\n```\n\nDone.\n",
  "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n> quoted\n> more\n\n---\n\nEnd [link](https://example.com).",
  "plain my_var_name and <b>html</b> & more",
  "- one\n\n- two, loose\n\n  second paragraph\n\n- three\n\n1. other\n2. list\n",
  "- a\n  - b\n    - c\n      1. d\n\n    text under c\n- e\n\nAfter.\n",
  "- item:\n  ```sh\n  ls -la\n  ```\n- next\n\n~~~\nplain\n\n\nfence\n~~~\n\n## End\n",
  "> quote\n>\n> - list in it\n> - more\n>\n> ```\n> code\n> ```\nlazy line\n\nText.\n",
  "Setext\n======\n\nSub\n---\n\nword\n***\n# One\n## Two\ntext right below\n### Three\n",
  "before | no table\n\n| x | y |\n|:--|--:|\n| **b** | `c` |\n| long \\| cell |\n\nafter\n",
  "```\nnever closed\n\n- no list\n# no heading\n",
  "line one  \nline two\\\nline three\n\n\n\n    indented code\n\n    goes on\n\nend\n",
  "山の静けさ **太字** 👩🏽‍🚀\n\n* ein\n* zwei\n+ drei\n\n<div>\n\nhtml\n\n</div>\n",
  "[ref] and [text][ref] and ![img](a.png) https://example.com/x\n\nend\n",
];

function painted(pieces: readonly string[], colour = true): string {
  const stream = new MarkdownStream(paintOf(colour));
  let out = "";
  for (const piece of pieces) out += stream.push(piece);
  return out + stream.end();
}

for (const text of DOCUMENTS) {
  test(`painted the same however it is cut: ${text.slice(0, 24).replaceAll("\n", " ")}`, () => {
    const whole = painted([text]);
    assert.equal(painted([...text]), whole);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), (raw) => {
        const cuts = raw.map((n) => n % text.length).sort((a, b) => a - b);
        const pieces = [...cuts, text.length].map((to, i) => text.slice(cuts[i - 1] ?? 0, to));
        assert.equal(painted(pieces), whole);
      }),
      { numRuns: 40 },
    );
  });
}

test("without colour there is no escape, and words are all there", () => {
  const out = painted([DOCUMENTS.join("\n")], false);
  assert.ok(!out.includes("\x1b"));
  for (const word of [
    "Title",
    "weight",
    "inner",
    "const y = 2;",
    "my_var_name",
    "<b>html</b>",
    "https://example.com",
  ])
    assert.ok(out.includes(word), word);
});

test("what is given is given for good, and together with the live part it is the whole", () => {
  for (const text of DOCUMENTS) {
    const stream = new MarkdownStream(paintOf(false));
    const whole = painted([text], false);
    let given = "";
    for (const character of text) {
      given += stream.push(character);
      assert.ok(whole.startsWith(given), JSON.stringify({ given: given.slice(-60) }));
    }
    assert.equal(`${given}${stream.live()}`.trimEnd(), whole.trimEnd());
    assert.equal(given + stream.end(), whole);
    assert.equal(stream.live() + stream.end(), "", "nothing is left to be shown again");
  }
});

const LINES =
  `a|b c|- x|  - y|1. z|\`\`\`|> q|# h|---|===|**b**|\`c\`|||    ind|  cont|***|* s|<div>`
    .split("|")
    .concat("| a | b |", "|---|---|", "| 1 | 2 |");

test("property: any lines in any order are painted the same, at once or by character", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...LINES), { maxLength: 8 }), (lines) => {
      const text = lines.join("\n");
      assert.equal(painted([...text]), painted([text]), JSON.stringify(text));
    }),
    { numRuns: 500 },
  );
});
