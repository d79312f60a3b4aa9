// What stopped a set-up, in one sentence, and the next move.
export class SetupError extends Error {
  constructor(message, next, exitCode = 1) {
    super(message);
    this.next = next;
    this.exitCode = exitCode;
  }
}
