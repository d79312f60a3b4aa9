// Is the model there, and does it generate text.
import { ok, problem, type Seen } from "../finding.ts";
import { ask } from "../probe.ts";
import type { Check, Scene } from "./check.ts";

/** Where to go from models that are gone. */
const SUCCESSORS: readonly (readonly [old: RegExp, next: string])[] = [
  [/flash-lite/, "gemini-3.5-flash-lite"],
  [/flash|^gemini-pro-vision/, "gemini-3.6-flash"],
  [/pro/, "gemini-3.1-pro-preview"],
];

export const model: Check = {
  id: "model",
  group: "Gemini",
  title: "Model",
  needs: ["auth"],
  online: true,
  async run(scene) {
    const name = scene.target.model.replace(/^models\//, "");
    const listed = scene.known.models?.find((one) => one.name === `models/${name}`);
    if (!listed) {
      const { failure } = await ask(scene, `models/${name}`);
      if (failure) {
        const next = nextOf(name, scene.known.models ?? []);
        return problem(
          failure.code,
          failure.message,
          next && `Use ${next}: pollux doctor --model ${next}`,
        );
      }
      return ok(`${name}, not in the list but known`);
    }
    if (scene.target.vertex) return servedHere(scene, name);
    const methods = listed.supportedGenerationMethods;
    if (methods && !methods.includes("generateContent"))
      return problem("model_not_streaming", `${name} does only ${methods.join(", ")}`);
    return ok(name);
  },
};

/** A list names what there is anywhere; a count, which costs nothing, is made in the place itself. */
async function servedHere(scene: Scene, name: string): Promise<Seen> {
  const contents = [{ role: "user", parts: [{ text: "Hi" }] }];
  const { failure } = await ask(scene, `models/${name}:countTokens`, { contents });
  const { project, location } = scene.target.vertex ?? {};
  const where = project === undefined ? "express mode" : `${project}, ${location}`;
  if (!failure) return ok(`${name} in ${where}`);
  const elsewhere = failure.code === "model_not_found" || failure.code === "model_not_in_location";
  return problem(
    failure.code,
    `${where}: ${failure.message}`,
    elsewhere ? "pollux doctor --vertex --location global" : undefined,
  );
}

export function nextOf(name: string, models: readonly { name: string }[]): string | undefined {
  const names = models.map((one) => one.name.replace(/^models\//, ""));
  const wanted = SUCCESSORS.find(([old]) => old.test(name))?.[1];
  if (wanted && names.includes(wanted)) return wanted;
  const kind = /flash-lite|flash|pro/.exec(name)?.[0] ?? "flash";
  return names
    .filter((one) => one.includes(kind) && !/preview|image|tts|live|embed/.test(one))
    .at(-1);
}
