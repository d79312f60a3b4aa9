// Chaos in a thread of its own: the test runner follows every promise of its thread, which would
// make these millions three times as slow.
import { parentPort, Worker, workerData } from "node:worker_threads";
import { chaos, type Tally } from "./chaos.ts";

interface Told {
  tally: Tally;
  stray: string[];
}

export function chaosInThread(runs: number, seed: number): Promise<Told> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { runs, seed } });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the thread ended with ${code}`)));
  });
}

if (parentPort && workerData) {
  const stray: string[] = [];
  process.on("unhandledRejection", (error) => stray.push(String(error)));
  const { runs, seed } = workerData as { runs: number; seed: number };
  const told: Told = { tally: await chaos(runs, seed), stray };
  parentPort.postMessage(told);
}
