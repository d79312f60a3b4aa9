// Is there a key, does it look like one, and does it stand only where it should.
import { classifyThrown } from "../../core/failures.ts";
import { ok, problem, type Seen, skip, warn } from "../finding.ts";
import type { Check } from "./check.ts";

const LENGTH_MIN = 8;
const LOG_IN = "gcloud auth application-default login";
/** How Google's access tokens begin. */
const TOKEN = /^ya29\./;
const PLACEHOLDER = /^(your|my|the)[-_ ]|api[-_ ]?key|<|>|\.\.\.|xxxx|changeme|todo/i;

export const key: Check = {
  id: "key",
  group: "Key",
  title: "API key",
  needs: [],
  online: false,
  async run({ world, target }) {
    const { key: value, keyEnv, keyless } = target;
    if (keyless) return skip("this address wants none");
    if (target.bearer) return target.simulated ? skip("the simulator wants none") : token();
    if (keyEnv === undefined || value === undefined || value === "") {
      const what = keyEnv === undefined ? "no variable is set" : `${keyEnv} is empty`;
      return problem(
        "key_missing",
        what,
        "export GEMINI_API_KEY=…   (https://aistudio.google.com/apikey)",
      );
    }
    if (TOKEN.test(value))
      return problem(
        "wrong_auth_kind",
        `${keyEnv} holds an access token`,
        "Put an API key into it, or ask Vertex: pollux doctor --vertex --project PROJECT",
      );
    const wrong = misshapen(value);
    if (wrong) return problem("key_malformed", `${keyEnv}: ${wrong}`);
    return (await misplaced(value)) ?? ok(`${keyEnv}, ${value.length} characters`);

    /** A project of Vertex wants a token; what is found here is used by the checks that follow. */
    async function token(): Promise<Seen> {
      const from = keyEnv ?? "Application Default Credentials";
      try {
        target.key = (keyEnv === undefined ? await world.token?.() : value) || undefined;
      } catch (error) {
        return problem("oauth_invalid", `${from}: ${classifyThrown(error).message}`, LOG_IN);
      }
      if (target.key === undefined) return problem("oauth_invalid", `${from}: no token`, LOG_IN);
      if (target.key.startsWith("AIza"))
        return problem(
          "wrong_auth_kind",
          `${from} holds an API key, and a project wants a token`,
          `${LOG_IN}   (or leave --project out: express mode takes a key)`,
        );
      return ok(`${from}, a token of ${target.key.length} characters`);
    }

    async function misplaced(secret: string): Promise<Seen | undefined> {
      const places = await world.placesOf(secret);
      if (places.length > 0)
        return warn("key_in_file", `the key of ${keyEnv} stands in ${places.join(", ")}`);
      const { GEMINI_API_KEY: one, GOOGLE_API_KEY: other } = world.env;
      return one && other && one !== other
        ? warn("key_twice", "GEMINI_API_KEY and GOOGLE_API_KEY differ")
        : undefined;
    }
  },
};

function misshapen(value: string): string | undefined {
  if (/^["'`].*["'`]$/.test(value)) return "it stands in quotes";
  if (value !== value.trim()) return "it has white space around it";
  if (/\s/.test(value)) return "it has white space in it";
  if (/[^\x21-\x7e]/.test(value)) return "it has characters that no header carries";
  if (PLACEHOLDER.test(value)) return "it is a placeholder";
  if (value.length < LENGTH_MIN) return `it has only ${value.length} characters`;
  if (value.startsWith("AIza") && value.length !== 39)
    return `it has ${value.length} characters where keys that begin so have 39`;
  return undefined;
}
