import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isAlive, processIdentity } from "./process-identity.ts";
import { namesIn } from "./spool-folder.ts";

const prefix = "flushing-";
/** Milliseconds after which a lock expires if its process can't be told from a later one with the same pid. */
const uncertainLockAge = 3_600_000;

/**
 * Takes the lock of a folder. Returns a function that releases it, or undefined while another process holds it. The file
 * of a killed process holds no lock.
 *
 * Each process first creates a file that is named after itself, and then checks for files of others. Of two processes,
 * the one that checks last sees the other's file, so at most one gets the lock, and perhaps neither. Any process may
 * remove the file of a dead process: its name never stands for another process.
 */
export function takeFlushLock(folder: string): (() => void) | undefined {
  const own = `${prefix}${processIdentity()}`;
  closeSync(openSync(join(folder, own), "w", 0o600));
  const release = () => rmSync(join(folder, own), { force: true });
  for (const name of namesIn(folder)) {
    if (!name.startsWith(prefix) || name === own) continue;
    if (isHeld(folder, name)) {
      release();
      return undefined;
    }
    rmSync(join(folder, name), { force: true });
  }
  return release;
}

function isHeld(folder: string, name: string): boolean {
  const identity = name.slice(prefix.length);
  if (!isAlive(identity)) return false;
  if (!identity.endsWith("-0")) return true;
  const made = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && Math.abs(Date.now() - made) < uncertainLockAge;
}
