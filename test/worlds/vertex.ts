// Broken worlds on the way to Vertex: a key where a token is wanted, no credentials, a model that is
// not served in the place.
import type { ExamineOptions } from "../../src/doctor/index.ts";
import { errorReply } from "./place.ts";
import { AFTER_KEY, AFTER_MODEL, CANARY, on, type Row } from "./row.ts";

export const VERTEX: Partial<ExamineOptions> = {
  vertex: { project: "my-project", location: "europe-west4" },
};
export const TOKEN = async (): Promise<string> => CANARY.replace("AIza", "ya29.");

export const VERTEX_ROWS: Readonly<Record<string, Row>> = {
  "Vertex without credentials": {
    make: async (place) =>
      on(await place.upstream(), {
        env: {},
        world: {
          token: async () => {
            throw new Error("Could not load the default credentials.");
          },
        },
        options: VERTEX,
      }),
    check: "key",
    code: "oauth_invalid",
    skipped: AFTER_KEY,
    fix: /gcloud auth application-default login/,
  },
  "a key where Vertex wants a token": {
    make: async (place) =>
      on(await place.upstream(), { options: { ...VERTEX, keyEnv: "GEMINI_API_KEY" } }),
    check: "key",
    code: "wrong_auth_kind",
    skipped: AFTER_KEY,
    fix: /gcloud .*--project/,
  },
  "a token where the Gemini API wants a key": {
    make: async (place) => on(await place.upstream(), { env: { GEMINI_API_KEY: await TOKEN() } }),
    check: "key",
    code: "wrong_auth_kind",
    skipped: AFTER_KEY,
    fix: /--vertex/,
  },
  "a model that is not served in the location": {
    make: async (place) =>
      on(
        await place.upstream({
          first: ({ url }) =>
            url.includes("/locations/europe-west4/")
              ? errorReply("model_not_in_location")
              : undefined,
        }),
        { world: { token: TOKEN }, options: VERTEX },
      ),
    check: "model",
    code: "model_not_in_location",
    skipped: AFTER_MODEL,
    fix: /--location global/,
  },
};
