// The door of the doctor: what is wrong, and what to do next.
export { type Explanation, explain } from "./explain.ts";
