// `npm run check`: the static checks alone.
import { describeCheck, runChecks } from "./checks.ts";

let failed = 0;
await runChecks((result) => {
  console.log(describeCheck(result));
  if (!result.ok) failed += 1;
});
process.exitCode = failed > 0 ? 1 : 0;
