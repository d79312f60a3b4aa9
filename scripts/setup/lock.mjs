// One set-up at a time in one checkout: a folder that appears whole, with its owner inside. The
// lock of a process that is gone is taken over.
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { SetupError } from "./setup-error.mjs";

const POLL_MS = 100;
const WAIT_MS_MAX = 15 * 60_000;
const AGE_MS_MAX = 30 * 60_000;

/** Runs `work` while holding the lock; the lock is released however the work or the process ends. */
export async function withLock(lockPath, work) {
  const release = await acquire(lockPath);
  process.on("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

async function acquire(lockPath) {
  const id = randomUUID();
  const mine = `${lockPath}.${id}`;
  const startedAt = Date.now();
  for (let told = false; ; ) {
    writeOwner(mine, id);
    if (tryRename(mine, lockPath)) return () => releaseOwn(lockPath, id);
    rmSync(mine, { recursive: true, force: true });
    const owner = readOwner(lockPath);
    if (owner && isGone(owner)) {
      takeAway(lockPath, owner.id);
      continue;
    }
    if (Date.now() - startedAt > WAIT_MS_MAX) {
      throw new SetupError(
        `another set-up (process ${owner?.pid}) does not end.`,
        `stop it, remove ${lockPath}, and run again`,
      );
    }
    if (owner && !told) {
      process.stderr.write(`Waiting for the set-up of process ${owner.pid} …\n`);
      told = true;
    }
    await wait(POLL_MS);
  }
}

/** The owner is written before the folder gets its name, so a lock without an owner never exists. */
function writeOwner(folder, id) {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder);
  const owner = { id, pid: process.pid, host: hostname(), at: Date.now() };
  writeFileSync(join(folder, "owner.json"), JSON.stringify(owner));
}

/** Renaming onto a folder that holds something fails on every platform: that is the lock. */
function tryRename(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "EPERM", "EACCES"].includes(error.code)) return false;
    throw error;
  }
}

function readOwner(lockPath) {
  try {
    return JSON.parse(readFileSync(join(lockPath, "owner.json"), "utf8"));
  } catch {
    return undefined; // released between two looks
  }
}

function isGone({ pid, host, at }) {
  if (Date.now() - at > AGE_MS_MAX) return true;
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/** Moves a dead lock aside; if a new owner was quicker, its lock is put back. */
function takeAway(lockPath, id) {
  const aside = `${lockPath}.${randomUUID()}`;
  if (!tryRenameAway(lockPath, aside)) return;
  if (readOwner(aside)?.id !== id) tryRename(aside, lockPath);
  rmSync(aside, { recursive: true, force: true });
}

function tryRenameAway(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function releaseOwn(lockPath, id) {
  if (readOwner(lockPath)?.id === id) rmSync(lockPath, { recursive: true, force: true });
}
