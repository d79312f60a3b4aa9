// Interactions as resources: created in the background, looked at, forgotten.
import { Interactions } from "pollux/interactions";

const interactions = new Interactions();
const { id = "" } = await interactions.create({
  model: "gemini-3.6-flash",
  input: "Tides, in 200 words",
  background: true,
});
console.log((await interactions.get(id)).status);
await interactions.delete(id);
