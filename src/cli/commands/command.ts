// What a command is: a name, its options as data, and one function. Help is written from the same
// data that the arguments are read by.

export interface Option {
  type: "string" | "boolean";
  short?: string;
  /** Shown in the help instead of the value. */
  value?: string;
  help: string;
  hidden?: boolean;
  /** May be given again; all values are in `Parsed.lists`, the last one in `values`. */
  multiple?: boolean;
}

export interface Io {
  args: readonly string[];
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: Record<string, string | undefined>;
  cwd: string;
}

export interface Parsed {
  values: Record<string, string | boolean | undefined>;
  lists: Record<string, readonly string[]>;
  words: string[];
}

export interface Command {
  name: string;
  summary: string;
  usage: string;
  options: Readonly<Record<string, Option>>;
  /** Examples and anything else worth saying, under the options. */
  more: string;
  /** Resolves to the exit code. */
  run(parsed: Parsed, io: Io): Promise<number>;
}
