// Application Default Credentials, with Google's own library against a metadata server on loopback.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { googleToken } from "./google-token.ts";
import { listen } from "./listen.ts";

const TOKEN = "ya29.token-of-the-metadata-server";
const home = mkdtempSync(join(tmpdir(), "pollux-adc-"));
after(() => rmSync(home, { recursive: true, force: true }));

test("a token comes from the machine's metadata, and is kept while it is good", async () => {
  const paths: string[] = [];
  const server = await listen(({ url }) => {
    paths.push(url);
    const isToken = url.includes("/token");
    const said = isToken
      ? JSON.stringify({ access_token: TOKEN, expires_in: 3599, token_type: "Bearer" })
      : "ok";
    async function* body() {
      yield new TextEncoder().encode(said);
    }
    const type = isToken ? "application/json" : "text/plain";
    const headers = { "content-type": type, "metadata-flavor": "Google" };
    return { status: 200, headers, body: body() };
  });
  Object.assign(process.env, {
    GCE_METADATA_HOST: new URL(server.url).host,
    METADATA_SERVER_DETECTION: "assume-present",
    // No credentials of whoever runs the test.
    HOME: home,
    CLOUDSDK_CONFIG: home,
  });
  delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
  try {
    const token = googleToken();
    assert.equal(await token(), TOKEN);
    assert.equal(await token(), TOKEN);
    assert.equal(paths.filter((path) => path.includes("/token")).length, 1);
    assert.match(paths.find((path) => path.includes("/token")) ?? "", /cloud-platform/);
  } finally {
    await server.close();
  }
});
