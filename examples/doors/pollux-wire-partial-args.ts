// A function call whose arguments came in pieces, as one call.
import { wholeCalls } from "pollux/wire/partial-args";

const city = (stringValue: string) => ({
  functionCall: { partialArgs: [{ jsonPath: "$.city", stringValue }], willContinue: true },
});
const begin = { functionCall: { name: "weather", willContinue: true } };
const end = { functionCall: {} };
console.log(JSON.stringify(wholeCalls([begin, city("Os"), city("lo"), end], true)));
