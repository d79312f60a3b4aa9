// Which client libraries the project uses, and whether they are still looked after.
import { ok, skip, warn } from "../finding.ts";
import type { Check } from "./check.ts";

interface Library {
  name: string;
  /** Older than this is not stable. */
  stableFrom?: number;
  retired?: string;
}

const LIBRARIES: readonly Library[] = [
  { name: "@google/genai", stableFrom: 1 },
  { name: "google-genai", stableFrom: 1 },
  {
    name: "@google/generative-ai",
    retired: "npm uninstall @google/generative-ai && npm install @google/genai",
  },
  {
    name: "google-generativeai",
    retired: "pip uninstall google-generativeai && pip install google-genai",
  },
  { name: "@ai-sdk/google" },
  { name: "openai" },
];

export const sdks: Check = {
  id: "sdks",
  group: "Project",
  title: "Client libraries",
  needs: [],
  online: false,
  async run({ world, known: { facts } }) {
    const found = [
      ...fromPackage((await world.file("package.json")) ?? ""),
      ...fromRequirements((await world.file("requirements.txt")) ?? ""),
    ];
    if (found.length === 0) return skip("none in package.json or requirements.txt");
    const told = found.map(({ name, version }) => `${name} ${version}`.trim()).join(", ");
    facts.libraries = told;
    const known = (name: string) => LIBRARIES.find((one) => one.name === name);
    const retired = found.find(({ name }) => known(name)?.retired);
    if (retired) return warn("sdk_retired", told, known(retired.name)?.retired);
    const old = found.find(({ name, version }) => {
      const major = Number(/\d+/.exec(version)?.[0] ?? Number.NaN);
      return major < (known(name)?.stableFrom ?? 0);
    });
    if (!old) return ok(told);
    const update = old.name.startsWith("@")
      ? `npm install ${old.name}@latest`
      : `pip install -U ${old.name}`;
    return warn("sdk_outdated", told, update);
  },
};

function fromPackage(text: string): { name: string; version: string }[] {
  let parsed: Record<string, Record<string, unknown> | undefined>;
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch {
    return [];
  }
  const all = { ...parsed.devDependencies, ...parsed.dependencies };
  return LIBRARIES.filter(({ name }) => typeof all[name] === "string").map(({ name }) => ({
    name,
    version: String(all[name]),
  }));
}

function fromRequirements(text: string): { name: string; version: string }[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => /^\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*([^#;]*)/.exec(line));
  return LIBRARIES.flatMap(({ name }) => {
    const line = lines.find((one) => one?.[1]?.toLowerCase().replaceAll("_", "-") === name);
    return line ? [{ name, version: (line[2] ?? "").trim() }] : [];
  });
}
