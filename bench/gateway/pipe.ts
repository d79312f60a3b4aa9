// The least a proxy in Node can do: request in, request out, bytes piped.
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

const target = process.argv[2] as string;

const server = createServer((req, res) => {
  const out = request(target + req.url, { method: req.method, headers: req.headers }, (back) => {
    res.writeHead(back.statusCode ?? 502, back.headers);
    back.pipe(res);
  });
  out.on("error", () => res.destroy());
  res.on("close", () => out.destroy());
  req.pipe(out);
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.on("disconnect", () => process.exit());
