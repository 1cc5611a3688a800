import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isAlive, processIdentity } from "./process-identity.ts";
import { namesIn } from "./spool-folder.ts";

const prefix = "flushing-";
/** After so many milliseconds a lock is void whose process can't be told from a later one with the same pid. */
const longestUnsure = 3_600_000;

/**
 * Answers a function that gives the lock back, or undefined while another process has it. A process that was killed
 * leaves a file behind that keeps nobody out.
 *
 * Each contender first creates a file that is named after itself, and then looks for those of others. Of two, the one
 * that looks last sees the other's file, so that never both go on; it may be that neither does. Anybody can remove a
 * file whose process is gone, since its name will mean no other process: a new lock can't be taken for an old one.
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
  return made !== undefined && Math.abs(Date.now() - made) < longestUnsure;
}
