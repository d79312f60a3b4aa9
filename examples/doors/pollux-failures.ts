// Errors met elsewhere → rows of the failure table.
import { classifyErrorBody, classifyThrown, FAILURES, redact } from "pollux/failures";

const reset = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
const { code, transient } = classifyThrown(reset);
console.log(code, transient, FAILURES[code].resumable, FAILURES[code].next);

const body = { error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } };
console.log(classifyErrorBody(body, 503).code);
console.log(redact("https://example.test/?key=AIzaSyA1234567890abcdefghijklmnopqrstuvw"));
