// Colour and safety of everything that reaches a terminal. What a model or a server wrote must never
// steer it.

export interface Paint {
  readonly on: boolean;
  bold(text: string): string;
  dim(text: string): string;
  italic(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  underline(text: string): string;
}

export function paintOf(on: boolean): Paint {
  const wrap = (open: number, close: number) => (text: string) =>
    on && text !== "" ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    on,
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    italic: wrap(3, 23),
    underline: wrap(4, 24),
    red: wrap(31, 39),
    green: wrap(32, 39),
    yellow: wrap(33, 39),
    cyan: wrap(36, 39),
  };
}

/** Flag, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal. */
export function wantsColor(
  choice: "auto" | "always" | "never" | undefined,
  stream: { isTTY?: boolean },
  env: Record<string, string | undefined>,
): boolean {
  if (choice === "always") return true;
  if (choice === "never" || env.NO_COLOR) return false;
  if (env.FORCE_COLOR && env.FORCE_COLOR !== "0") return true;
  return stream.isTTY === true && env.TERM !== "dumb";
}

/** Without control sequences: CSI, OSC, DCS and their kin, C0 but for tab and line feed, C1. */
export function harmless(text: string): string {
  return text
    .replace(
      /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|[ -/]*[0-~]?)/g,
      "",
    )
    .replace(/\r\n?/g, "\n")
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}
