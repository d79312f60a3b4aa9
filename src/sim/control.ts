// The simulator's own routes: what it can do, what arrived, which scenarios are set.
import type { Attempts } from "./attempts.ts";
import { ERROR_NAMES } from "./bodies.ts";
import { FAULTS } from "./faults/index.ts";
import type { Journal } from "./journal.ts";
import type { SimModel } from "./models.ts";
import { jsonReply } from "./problem.ts";
import { type Reply, textReply } from "./reply.ts";
import type { ControlRoute } from "./route.ts";
import { describeTakes } from "./settings.ts";

export function control(
  what: ControlRoute,
  { method, text }: { method: string; text: string },
  attempts: Attempts,
  journal: Journal,
  models: readonly SimModel[],
): Reply {
  if (what === "requests") {
    if (method === "DELETE") journal.clear();
    return jsonReply({ requests: journal.list });
  }
  if (what === "scenarios") {
    if (method === "DELETE") attempts.clear();
    if (method === "POST") {
      try {
        attempts.add(parsed(text));
      } catch (error) {
        return jsonReply({ error: { code: 400, message: (error as Error).message } }, 400);
      }
    }
    return jsonReply({ scenarios: attempts.list });
  }
  if (what === "loop") return { status: 302, headers: { location: "/sim/loop" }, pieces: [] };
  if (what === "elsewhere") return textReply(200, "text/html; charset=UTF-8", ELSEWHERE);
  return jsonReply(index(models));
}

/** Where the fault `redirect` leads: a page that is no Gemini. */
const ELSEWHERE =
  "<!DOCTYPE html>\n<html><head><title>Somewhere else</title></head><body>This is no API.</body></html>\n";

function index(models: readonly SimModel[]) {
  return {
    about: "A Gemini that misbehaves on cue.",
    header: { "x-sim": "attempt 1: cut after 3 chunks; attempt 2: 503 retry 1s; attempt 3: ok" },
    routes: {
      "GET /sim": "this list",
      "GET /sim/requests": "what arrived; DELETE forgets it",
      "GET /sim/scenarios": "what is set; POST adds one as text or JSON, DELETE takes all away",
    },
    faults: FAULTS.map(({ word, does, takes, example }) => ({
      word,
      does,
      settings: describeTakes(takes),
      example,
    })),
    errors: ERROR_NAMES,
    models: models.map(({ name }) => name),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}
