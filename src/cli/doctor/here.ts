// The doctor from inside the chat: the same path, the whole report.
import { examineAll } from "../../doctor/index.ts";
import type { Io, Parsed } from "../commands/command.ts";
import { environment } from "../input/upstream.ts";
import { paintOf } from "../output/paint.ts";
import { optionsOf } from "./options.ts";
import { reportText } from "./print.ts";
import { worldOf } from "./world.ts";

export async function doctorHere(parsed: Parsed, io: Io, simulated: boolean): Promise<string> {
  const env = environment(io);
  const options = { ...optionsOf(parsed, io, env), simulated };
  const report = await examineAll(worldOf(env, io.cwd), options);
  return reportText(report, paintOf(false), false).trimEnd();
}
