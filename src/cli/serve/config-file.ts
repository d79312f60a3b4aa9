// The configuration file, with comments and trailing commas if people like them.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { EXIT, UsageError } from "../exit.ts";

const NAMES = ["pollux.config.jsonc", "pollux.config.json"];

interface ConfigFile {
  path: string;
  value: unknown;
}

/** The file that was named, or the one in the working folder, if there is one. */
export async function readConfigFile(
  cwd: string,
  named: string | undefined,
): Promise<ConfigFile | undefined> {
  for (const name of named === undefined ? NAMES : [named]) {
    const path = named === undefined ? join(cwd, name) : resolve(cwd, name);
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" && named === undefined) continue;
      throw new UsageError(`--config: cannot read ${name}: ${code}; check the path`, EXIT.config);
    }
    try {
      // YAML holds JSON with comments and trailing commas; what is more than that does no harm.
      const { parse } = await import("yaml");
      return { path, value: parse(withoutComments(text)) as unknown };
    } catch (error) {
      throw new UsageError(`${name}: ${(error as Error).message.split("\n")[0]}`, EXIT.config);
    }
  }
  return undefined;
}

/** `//` and block comments, outside of strings. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith('"') ? found : " ",
  );
}
