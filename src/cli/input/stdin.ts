// Standard input as text, when something is piped in.
import { UsageError } from "../exit.ts";

const BYTES_MAX = 20 * 1024 * 1024;

export async function stdinText(stdin: NodeJS.ReadStream): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stdin) {
    const buffer = Buffer.from(part as Buffer);
    bytes += buffer.length;
    if (bytes > BYTES_MAX)
      throw new UsageError(`standard input: more than ${BYTES_MAX >> 20} MiB; send less`);
    parts.push(buffer);
  }
  return Buffer.concat(parts).toString("utf8");
}
