// What a page's scripts weigh on the wire, gzip, as it loads them.
import assert from "node:assert/strict";
import type { Page } from "playwright-core";

/** Scripts that `act` makes the page load; every one is compressed and may be kept for ever. */
export async function scriptBytes(page: Page, act: () => Promise<void>): Promise<number> {
  const scripts = new Set<string>();
  page.on("request", (request) => request.url().endsWith(".js") && scripts.add(request.url()));
  await act();
  let bytes = 0;
  for (const url of scripts) {
    const response = await fetch(url, { headers: { "accept-encoding": "gzip" } });
    assert.equal(response.headers.get("content-encoding"), "gzip");
    assert.match(response.headers.get("cache-control") ?? "", /immutable/);
    bytes += Number(response.headers.get("content-length"));
  }
  assert.ok(scripts.size > 0 && bytes > 1_000);
  return bytes;
}
