// What a check is: one boundary, its needs, and a function that looks at it.
import type { Exchange } from "../exchange.ts";
import type { Facts, Seen } from "../finding.ts";
import type { Reply, StreamSeen } from "../seen.ts";
import type { Target } from "../target.ts";
import type { World } from "../world.ts";

/** What earlier checks learned and later ones use. */
export interface Known {
  /** Any answer of the host, for its `Date`. */
  first?: { reply: Reply; at: Date };
  models?: readonly { name: string; supportedGenerationMethods?: string[] }[];
  stream?: StreamSeen;
  /** Each request, as evidence. */
  exchanges: Exchange[];
  /** What was measured beside the findings, for a later comparison. */
  facts: Facts;
}

export interface Scene {
  /** The check that looks. */
  check: string;
  world: World;
  target: Target;
  /** The base URL of whoever answers. */
  apiUrl: string;
  fetch: typeof globalThis.fetch;
  known: Known;
  /** Fires when the check's time is over. */
  signal: AbortSignal;
}

type Group = "Runtime" | "Key" | "Network" | "Gemini" | "Self-test" | "Project" | "Gateway";

export interface Check {
  id: string;
  group: Group;
  title: string;
  /** Checks that must not have failed. */
  needs: readonly string[];
  /** Whether it leaves the machine. */
  online: boolean;
  /** What it costs, told beforehand. */
  spends?: string;
  run(scene: Scene): Promise<Seen>;
}
