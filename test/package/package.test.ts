// What is published works where it is installed: every door, the types, the command, the gateway and
// its pages, from the built files, with each Node at hand that the package asks for.
import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { get, type IncomingHttpHeaders } from "node:http";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { ROOT } from "../../scripts/checks.ts";
import { type Installed, installPackage, readJson, run, start } from "./installed.ts";

const doors = Object.keys(readJson(ROOT, "package.json").exports as object);
const names = doors
  .filter((door) => !door.endsWith(".json"))
  .map((door) => door.replace(/^\./, "pollux"));
const tool = (name: string) => join(ROOT, "node_modules", name);
const ANSWER_MS_MAX = 20_000;
let installed: Installed;

before(async () => {
  installed = await installPackage();
});
after(() => installed?.remove());

/** This Node, and the first on the path that the checkout did not bring: `npm start` is for it too. */
async function findNodes(): Promise<{ path: string; version: string; fits: boolean }[]> {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const others = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder && !folder.includes("node_modules"))
    .map((folder) => join(folder, name))
    .filter((path) => existsSync(path));
  const paths = new Set([process.execPath, ...others.slice(0, 1)]);
  const told = [...paths].map(async (path) => {
    const version = (await run(path, ["--version"], ROOT)).out.trim().slice(1);
    const [major = 0, minor = 0] = version.split(".").map(Number);
    return { path, version, fits: major > 22 || (major === 22 && minor >= 19) };
  });
  return Promise.all(told);
}

function write(name: string, text: string): string {
  const path = join(installed.folder, name);
  writeFileSync(path, text);
  return path;
}

const main = () => join(installed.folder, "node_modules/pollux/dist/cli/main.js");

test("every door opens, from the built files alone", async () => {
  const file = write(
    "doors.js",
    `for (const door of ${JSON.stringify(doors)}) {
       const name = door.replace(/^\\./, "pollux");
       const options = name.endsWith(".json") ? { with: { type: "json" } } : {};
       const inside = await import(name, options);
       console.log(import.meta.resolve(name), Object.keys(inside).length);
     }`,
  );
  for (const { path, version, fits } of await findNodes()) {
    if (!fits) continue;
    const { code, out, err } = await run(path, [file], installed.folder);
    assert.deepEqual({ code, err }, { code: 0, err: "" }, version);
    const lines = out.trim().split("\n");
    assert.equal(lines.length, doors.length);
    for (const line of lines)
      assert.match(line, /\/node_modules\/pollux\/(?:dist\/.*\.js|package\.json) \d+$/);
    const empty = lines.filter((line) => line.endsWith(" 0"));
    assert.deepEqual(
      empty.map((line) => line.replace(/.*dist\//, "")),
      ["gateway/watch/feed/shape.js 0"],
      "only this door is nothing but types",
    );
  }
});

test("a program of a few lines streams, on an older Node too", async () => {
  const file = write(
    "program.js",
    `import { Pollux, isStreamError } from "pollux";
     import { FAILURES } from "pollux/failures";
     import { createSim } from "pollux/sim";
     const sim = createSim({ scenario: "attempt 1: cut after 3 chunks; attempt 2: ok; attempt 3: key_invalid" });
     const pollux = new Pollux({ apiKey: "any", fetch: sim.fetch });
     const request = { model: "gemini-3.6-flash", contents: "Tell a story in 60 words" };
     const stream = pollux.stream(request);
     let text = "";
     for await (const piece of stream.text()) text += piece;
     const answer = await stream.answer();
     console.log(answer.outcome, answer.splices.length, answer.text === text);
     const error = await pollux.generate(request).catch((error) => error);
     console.log(isStreamError(error), error.code, error.code in FAILURES);`,
  );
  for (const { path, version } of await findNodes()) {
    const { code, out, err } = await run(path, [file], installed.folder);
    assert.deepEqual({ code, err }, { code: 0, err: "" }, version);
    assert.match(out, /^done 1 true\ntrue key_\w+ true\n$/, version);
  }
});

test("the command answers, and tells a Node that is too old what it needs", async () => {
  for (const { path, version, fits } of await findNodes()) {
    const told = await run(path, [main(), "--version"], installed.folder);
    if (!fits) {
      assert.equal(told.code, 1);
      assert.match(told.err, /^pollux: needs Node 22\.19 or newer; this is .*\n$/);
      continue;
    }
    assert.deepEqual(told, { code: 0, out: `${installed.manifest.version}\n`, err: "" }, version);
    const args = ["ask", "--sim", "--json", "--fault", "cut after 3 chunks; ok", "Say hello"];
    const asked = await run(path, [main(), ...args], installed.folder);
    assert.equal(asked.code, 0, asked.err);
    const { outcome, attempts } = JSON.parse(asked.out);
    assert.deepEqual([outcome, attempts.length], ["done", 2]);
  }
});

test("npx finds the command", async () => {
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  const args = ["--offline", "pollux", "--version"];
  const { code, out, err } = await run("npx", args, installed.folder, { PATH });
  assert.deepEqual({ code, out }, { code: 0, out: `${installed.manifest.version}\n` }, err);
});

interface Reply {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

function ask(url: string, headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, timeout: ANSWER_MS_MAX }, async (response) => {
      const { statusCode: status, headers } = response;
      resolve({ status, headers, body: Buffer.concat(await response.toArray()) });
    });
    request.on("error", reject);
  });
}

test("the gateway serves its pages, and streams", async (t) => {
  for (const { path, fits } of await findNodes()) {
    if (!fits) continue;
    const args = [main(), "serve", "--port", "0", "--json", "--quiet", "--sim"];
    const gateway = start(path, args, installed.folder);
    t.after(() => gateway.kill("SIGKILL"));
    const [line] = await once(gateway.stdout!, "data");
    const { url } = JSON.parse(String(line));
    await seePages(url);
    await seeStream(url);
    gateway.kill("SIGTERM");
    assert.deepEqual(await once(gateway, "exit"), [0, null]);
  }
});

async function seePages(url: string): Promise<void> {
  const page = await ask(`${url}/`);
  assert.equal(page.status, 200);
  const assets = [...String(page.body).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)];
  assert.ok(assets.length >= 2, String(page.body));
  for (const [, asset] of assets) {
    const plain = await ask(url + asset);
    const packed = await ask(url + asset, { "accept-encoding": "gzip, br" });
    assert.equal(packed.headers["content-encoding"], "br", asset);
    assert.match(packed.headers["cache-control"] ?? "", /\bimmutable\b/);
    assert.ok(plain.body.length > packed.body.length);
    assert.deepEqual(brotliDecompressSync(packed.body), plain.body);
  }
}

async function seeStream(url: string): Promise<void> {
  const path = "/v1beta/models/gemini-3.6-flash:streamGenerateContent?alt=sse";
  const contents = [{ role: "user", parts: [{ text: "Say hello" }] }];
  const body = JSON.stringify({ contents });
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  const response = await fetch(url + path, { method: "POST", headers, body, signal });
  assert.equal(response.status, 200);
  assert.match(await response.text(), /^data: \{[\s\S]*"finishReason": ?"STOP"[\s\S]*\r\n\r\n$/);
}

/** Doors that need no types of Node's, so that they fit a browser's project. */
const ANYWHERE = names.filter((name) => !/\/(?:node|store|gateway|doctor)$/.test(name));

async function compile(name: string, files: Record<string, string>, options: object) {
  const folder = join(installed.folder, name);
  mkdirSync(folder);
  bringNodeTypes();
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const compilerOptions = {
    target: "es2024",
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  const tsc = [tool("typescript/bin/tsc"), "-p", folder, "--pretty", "false"];
  const { code, out, err } = await run(process.execPath, tsc, installed.folder);
  return { code, out: out + err };
}

function bringNodeTypes(): void {
  const modules = join(installed.folder, "node_modules");
  if (existsSync(join(modules, "@types"))) return;
  mkdirSync(join(modules, "@types"));
  for (const name of ["@types/node", "undici-types"])
    symlinkSync(tool(name), join(modules, name), "junction");
}

const imports = (wanted: readonly string[]) =>
  wanted.map((name, n) => `import * as door${n} from "${name}";\nvoid door${n};`).join("\n");

const RESOLUTIONS = {
  nodenext: { module: "nodenext" },
  node16: { module: "node16" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
};

for (const [name, options] of Object.entries(RESOLUTIONS)) {
  test(`the types are whole under ${name}`, async () => {
    const files = { "doors.ts": imports(names) };
    const told = await compile(name, files, { ...options, types: ["node"] });
    assert.deepEqual(told, { code: 0, out: "" });
  });
}

test("a program is checked against them, for Node and for a browser", async () => {
  const surface = join(ROOT, "test/types/surface.ts");
  cpSync(surface, join(installed.folder, "surface.ts"));
  const bare = { lib: ["es2024", "dom", "dom.iterable", "dom.asynciterable"], types: [] };
  const files = { "doors.ts": imports(ANYWHERE), "surface.ts": `import "../surface.ts";` };
  const options = { ...RESOLUTIONS.bundler, ...bare, allowImportingTsExtensions: true };
  assert.deepEqual(await compile("browser", files, options), { code: 0, out: "" });
  const wrong = { "wrong.ts": `import { Pollux } from "pollux";\nnew Pollux({ apiKey: 5 });` };
  const told = await compile("wrong", wrong, { ...RESOLUTIONS.nodenext, types: [] });
  assert.equal(told.code, 1);
  assert.match(told.out, /^wrong\/wrong\.ts\(2,14\): error TS2322: Type 'number'/);
});

test("publint finds nothing", async () => {
  const args = [tool("publint/src/cli.js"), "run", installed.tarball, "--strict"];
  const { code, out, err } = await run(process.execPath, args, ROOT);
  assert.equal(code, 0, out + err);
  assert.match(out, /All good!/);
});

test("attw finds nothing", async () => {
  // The package is ESM only by intent: a CommonJS program reaches it by `import()`, or by `require`
  // on a Node that can, and resolution older than `exports` does not find it. That profile says so.
  const profile = ["--profile", "esm-only", "--no-definitely-typed", "--format", "ascii"];
  const args = [tool("@arethetypeswrong/cli/dist/index.js"), installed.tarball, ...profile];
  const { code, out, err } = await run(process.execPath, args, ROOT);
  assert.equal(code, 0, out + err);
  const whole = [...out.matchAll(/^"(.*)"\n\nnode16 \(from ESM\): 🟢.*\nbundler: 🟢/gm)];
  assert.deepEqual(whole.map(([, name]) => name).sort(), [...names, "pollux/package.json"].sort());
});
