// What a stream does when something goes wrong: names it, decides, and plans the next attempt. It is
// loaded beside the first request, so that streams that go well carry none of its weight.
import type { GeminiRequest } from "../wire/index.ts";
import {
  classifyBlock,
  classifyErrorBody,
  classifyFinish,
  classifyResponse,
  classifyThrown,
} from "./classify.ts";
import type { Delivered } from "./delivered.ts";
import type { How } from "./event.ts";
import { type Failure, type FailureCode, failure } from "./failure-table.ts";
import type { Problem } from "./problem.ts";
import { type Checkpoint, Ladder, type Plan, plan } from "./resume.ts";
import { Seam } from "./seam.ts";
import type { StreamInput } from "./stream-input.ts";
import { type Decision, decide } from "./verdict.ts";

/** The name of a problem, from the table. */
export function failureOf(problem: Problem): Failure {
  if ("thrown" in problem) return classifyThrown(problem.thrown);
  if ("response" in problem) return classifyResponse(problem.response);
  if ("body" in problem) return classifyErrorBody(problem.body, problem.httpStatus);
  if ("block" in problem) return classifyBlock(problem.block, problem.message);
  if ("finish" in problem) {
    return classifyFinish(problem.finish, problem.message) ?? failure("finish_unknown");
  }
  const { code, message, httpStatus } = problem;
  return failure(code, message, { ...(httpStatus !== undefined && { httpStatus }) });
}

export class Recovery {
  private readonly input: StreamInput;
  private readonly delivered: Delivered;
  private readonly ladder: Ladder;
  private readonly met = new Map<FailureCode, number>();
  private fruitless = 0;

  constructor(input: StreamInput, delivered: Delivered) {
    this.input = input;
    this.delivered = delivered;
    this.ladder = new Ladder(input.prefill && !input.noPrefill.has(input.model));
  }

  decide(
    problem: Failure,
    now: {
      how: How;
      grew: boolean;
      attempts: number;
      leftMs: number;
      checkpoint: Checkpoint | undefined;
    },
  ): Decision {
    const { input, delivered, ladder } = this;
    const { code } = problem;
    const sameCode = (this.met.get(code) ?? 0) + 1;
    this.met.set(code, sameCode);
    this.fruitless = now.grew ? 1 : this.fruitless + 1;
    if (code === "model_turn_refused") input.noPrefill.add(input.model);
    if (now.how !== "fresh" && (code === "model_turn_refused" || code === "resume_diverged")) {
      ladder.refuse(now.how, code);
    }
    const { shown, way } = input.ways?.next({ failure: problem, delivered, ...now }) ?? {
      shown: delivered.shown,
      way: ladder.next(input.request, delivered, now.checkpoint),
    };
    return decide({
      failure: problem,
      shown,
      how: now.how,
      way,
      attempts: now.attempts,
      sameCode,
      fruitless: this.fruitless,
      maxAttempts: input.maxAttempts,
      leftMs: now.leftMs,
      resume: input.resume,
      another: input.another?.(problem) ?? false,
      mayRetry: () => input.budget.spend(),
      random: input.clock.random,
    });
  }

  /** The request of the next attempt, and what joins its text to the delivered text. */
  plan(
    how: How,
    checkpoint: Checkpoint | undefined,
  ): { request: GeminiRequest; seam: Seam | undefined } {
    const { delivered } = this;
    const { ways } = this.input;
    if (ways) return ways.plan(how, delivered, checkpoint);
    const made: Plan = plan(how, this.input.request, delivered, checkpoint);
    const seam =
      how === "fresh" && !delivered.thoughts
        ? undefined
        : new Seam(made.joiner, delivered.thoughts);
    return { request: made.request, seam };
  }
}
