// Finish and block reasons: every word the API is known to say, in the order of its integer enum,
// which REST clients that ask for `enum-encoding=int` receive instead of the words.

/** Every finish reason the API is known to say, in the order of its integer enum. */
export const FINISH_REASONS = Object.freeze([
  "FINISH_REASON_UNSPECIFIED",
  "STOP",
  "MAX_TOKENS",
  "SAFETY",
  "RECITATION",
  "OTHER",
  "LANGUAGE",
  "BLOCKLIST",
  "PROHIBITED_CONTENT",
  "SPII",
  "MALFORMED_FUNCTION_CALL",
  "IMAGE_SAFETY",
  "UNEXPECTED_TOOL_CALL",
  "TOO_MANY_TOOL_CALLS",
] as const);

/** The word for a finish reason, or nothing when the field says nothing. */
export function finishWord(reason: string | number | undefined): string | undefined {
  const word = typeof reason === "number" ? (FINISH_REASONS[reason] ?? `REASON_${reason}`) : reason;
  return word === "" || word === "FINISH_REASON_UNSPECIFIED" ? undefined : word;
}

const BLOCK_REASONS = ["", "SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY"];

/** The word for a block reason; the unspecified value, under both its names, is no block. */
export function blockWord(reason: string | number | undefined): string | undefined {
  const word = typeof reason === "number" ? (BLOCK_REASONS[reason] ?? `REASON_${reason}`) : reason;
  return word && !/^BLOCK(ED)?_REASON_UNSPECIFIED$/.test(word) ? word : undefined;
}
