// The door of the simulator: a faithful Gemini that misbehaves on cue, for anybody's tests.
export { ERROR_BODIES, type ErrorBody } from "./bodies.ts";
export type { SimClock } from "./clock.ts";
export type { Fault, FaultCall, Settings } from "./faults/fault.ts";
export { FAULTS } from "./faults/index.ts";
export type { InteractionsOptions } from "./interactions/desk.ts";
export type { InteractionSeen } from "./interactions/kept.ts";
export type { JournalEntry } from "./journal.ts";
export { DEFAULT_MODEL, MODELS, type SimModel } from "./models.ts";
export type { QuotaLimits } from "./quota.ts";
export type { Piece, Refusal, Reply } from "./reply.ts";
export { parseScenario, type Scenario, ScenarioError } from "./scenario.ts";
export { describeTakes } from "./settings.ts";
export { createSim, type Sim, type SimOptions, type SimReply, truth } from "./sim.ts";
export type { SimRequest } from "./upstream.ts";
