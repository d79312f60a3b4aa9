// The simulator's own routes: what it can do, what arrived, which scenarios are set.

import { FAULTS } from "./faults/index.ts";
import { MODELS } from "./models.ts";
import { bytesOf, type Reply } from "./reply.ts";
import type { SimRequest, Simulator } from "./sim.ts";

function json(value: unknown, status = 200): Reply {
  return {
    status,
    headers: { "content-type": "application/json; charset=UTF-8" },
    pieces: [{ kind: "bytes", bytes: bytesOf(`${JSON.stringify(value, null, 2)}\n`) }],
  };
}

export function control(
  sim: Simulator,
  what: "index" | "requests" | "scenarios",
  request: SimRequest,
): Reply {
  const { method } = request;
  if (what === "requests") {
    if (method === "DELETE") sim.journal.clear();
    return json({ requests: sim.journal.list.filter((entry) => !entry.path.startsWith("/sim")) });
  }
  if (what === "scenarios") {
    if (method === "DELETE") sim.clearScenarios();
    if (method === "POST") {
      try {
        sim.addScenario(parsed(request.body));
      } catch (error) {
        return json({ error: { code: 400, message: (error as Error).message } }, 400);
      }
    }
    return json({ scenarios: sim.scenarios });
  }
  return json({
    about: "A Gemini that misbehaves on cue.",
    models: MODELS.map(({ name }) => name),
    faults: FAULTS.map(({ word, does, example }) => ({ word, does, example })),
    routes: [
      "GET /sim/requests",
      "DELETE /sim/requests",
      "GET /sim/scenarios",
      "POST /sim/scenarios",
      "DELETE /sim/scenarios",
    ],
    headers: { "x-sim": "attempt 1: cut after 3 chunks; attempt 2: ok" },
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}
