// Why a port could not be had, and what to do.
import { UsageError } from "../exit.ts";

export function listenError(command: string, host: string, port: number, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  const fix = {
    EADDRINUSE: `port ${port} is taken; choose another with --port, or --port 0`,
    EACCES: `port ${port} needs rights you do not have; choose one above 1023`,
    EADDRNOTAVAIL: "this machine has no such address; check --host",
  }[code ?? ""];
  if (!fix && code === undefined) return error as Error;
  return new UsageError(`pollux ${command}: cannot listen on ${host}: ${fix ?? message}`);
}
