// One examination, told while it runs: what it will spend, and which boundary is being looked at.
import { costs, type ExamineOptions, examine, type Report } from "../../doctor/index.ts";
import type { Io, Parsed } from "../commands/command.ts";
import { worldOf } from "./world.ts";

export interface Manner {
  json: boolean;
  plain: boolean;
}

export function mannerOf({ values }: Parsed, env: Io["env"]): Manner {
  return {
    json: values.json === true,
    plain: values.plain === true || env.TERM === "dumb" || Boolean(env.CI),
  };
}

/** `name` stands before each line where there are several examinations. */
export async function examined(
  io: Io,
  env: Io["env"],
  options: ExamineOptions,
  manner: Manner,
  name = "",
): Promise<Report> {
  const before = name && `${name} · `;
  if (!manner.json)
    for (const line of costs(options)) io.stderr.write(`Will spend · ${before}${line}\n`);
  const moves = !manner.json && !manner.plain && io.stderr.isTTY === true;
  const run = examine(worldOf(env, io.cwd), options);
  for (;;) {
    const next = await run.next();
    if (next.done) {
      if (moves) io.stderr.write("\r\x1b[K");
      return next.value;
    }
    if (moves && next.value.type === "begin")
      io.stderr.write(`\r\x1b[K${before}${next.value.title} …`);
  }
}
