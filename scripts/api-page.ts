// Writes docs/api.md: what every door of the package offers, from the declarations that would be
// published and their comments. Without `--write` it only compares, and tells what has no comment.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Door, type Offer, readDoors } from "./api/doors.ts";
import { ROOT } from "./checks.ts";

const FILE = join(ROOT, "docs/api.md");
/** A signature beyond this is a table of its own; its source is linked. */
const SIGNATURE_LINES_MAX = 60;

const HEAD = `# API

Every door of the package, what it offers, and an example that the tests run. An export that several
doors offer is told at the first of them.
`;

interface Place {
  door: string;
  anchor: string;
}

/** Export, by its source and name → where it is told. */
function findPlaces(doors: readonly Door[]): Map<string, Place> {
  const places = new Map<string, Place>();
  const taken = new Map<string, number>();
  const anchorOf = (heading: string) => {
    const slug = heading.toLowerCase().replace(/[^\w-]/g, "");
    const times = taken.get(slug) ?? 0;
    taken.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  };
  anchorOf("API");
  for (const { name: door, offers } of doors) {
    anchorOf(door);
    for (const offer of offers) {
      if (places.has(keyOf(offer))) continue;
      places.set(keyOf(offer), { door, anchor: anchorOf(offer.name) });
    }
  }
  return places;
}

const keyOf = ({ home, name }: Offer) => `${home} ${name}`;

function exampleOf(door: string): string | undefined {
  const path = join(ROOT, `examples/doors/${door.replaceAll("/", "-")}.ts`);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function doorText(door: Door, places: Map<string, Place>): string {
  const links = door.offers.map(
    (offer) => `[\`${offer.name}\`](#${places.get(keyOf(offer))?.anchor})`,
  );
  const own = door.offers.filter((offer) => places.get(keyOf(offer))?.door === door.name);
  const code = exampleOf(door.name)?.replace(/^\/\/.*\n/, "");
  const example = code ? `\n\`\`\`ts run\n${code}\`\`\`\n` : "";
  const says = plain(door.head);
  const parts = [`## ${door.name}\n\n${says}\n${example}\n${links.join(" · ")}\n`];
  return [...parts, ...own.map(offerText)].join("\n");
}

/** What a door says of itself, without the words that only matter among the sources. */
function plain(head: string): string {
  const text = head
    .replace(/^(?:A door: |The (?:root )?door(?: of the \w+)?(?:: ))/, "")
    .replace(/\n/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function offerText({ name, kind, doc, signature, home }: Offer): string {
  const lines = signature.split("\n");
  const shown =
    lines.length > SIGNATURE_LINES_MAX
      ? [...lines.slice(0, SIGNATURE_LINES_MAX - 1), "  // …"]
      : lines;
  const source = home.startsWith("src/") ? ` · [source](../${home})` : "";
  const fence = `\`\`\`ts signature\n${shown.join("\n")}\n\`\`\``;
  return `### ${name}\n\n${kind}${source}\n\n${doc}\n\n${fence}\n`;
}

function* findProblems(doors: readonly Door[], page: string): Generator<string> {
  for (const { name: door, offers } of doors) {
    for (const { name, doc, home } of offers)
      if (!/\w.*[.!:]/.test(doc))
        yield `${home}  ${name} of ${door} has no comment that says what it is`;
    if (!exampleOf(door)) yield `examples/doors has no example of ${door}`;
  }
  if (existsSync(FILE) && readFileSync(FILE, "utf8") === page) return;
  yield "docs/api.md is not what the sources say; write it anew: node scripts/run.mjs scripts/api-page.ts --write";
}

const doors = readDoors(ROOT);
const places = findPlaces(doors);
const page = [HEAD, ...doors.map((door) => doorText(door, places))].join("\n");
if (process.argv.includes("--write")) writeFileSync(FILE, page);
const problems = [...findProblems(doors, page)];
for (const problem of problems) console.log(problem);
console.log(`${doors.length} doors, ${places.size} exports, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
