// Every relative link and anchor in the Markdown of this checkout leads somewhere. Links to the web
// are not followed: a check must not depend on the network.
import { join } from "node:path";
import { findBrokenLinks } from "./docs/markdown.ts";

const { broken, checked, files } = findBrokenLinks(join(import.meta.dirname, ".."));
for (const { path, line, target, why } of broken) console.log(`${path}:${line}  ${target}: ${why}`);
console.log(`${files} pages, ${checked} links, ${broken.length} broken`);
process.exitCode = broken.length > 0 ? 1 : 0;
