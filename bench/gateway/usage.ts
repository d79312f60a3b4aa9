// What a process has used: processor time and memory, with its children, from /proc.
import { readdirSync, readFileSync } from "node:fs";

/** Ticks of `utime` and `stime`; 100 a second on Linux. */
const TICK_US = 10_000;

export function cpuUs(pid: number): number {
  let ticks = 0;
  for (const one of family(pid)) {
    const text = read(`/proc/${one}/stat`);
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks * TICK_US;
}

export function rssBytes(pid: number): number {
  let bytes = 0;
  for (const one of family(pid)) {
    bytes += Number(/VmRSS:\s+(\d+) kB/.exec(read(`/proc/${one}/status`))?.[1] ?? 0) * 1024;
  }
  return bytes;
}

function family(pid: number): number[] {
  const found = [pid];
  for (const task of list(`/proc/${pid}/task`)) {
    for (const child of read(`/proc/${pid}/task/${task}/children`).split(" "))
      if (child.trim()) found.push(...family(Number(child)));
  }
  return found;
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
