import { readFileSync } from "node:fs";

/**
 * Names a process among all that this system runs until it is restarted: `<pid>-<start>`, since pids are used again.
 * The start is 0 where the system has no /proc to say it.
 */
export function processIdentity(pid = process.pid): string {
  return `${pid}-${startOf(pid) ?? 0}`;
}

/** Whether the process that `processIdentity` named is still there. Without a start, another one may have its pid. */
export function isAlive(identity: string): boolean {
  const [pid = 0, start = 0] = identity.split("-").map(Number);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  if (start !== 0) return startOf(pid) === start;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's process
  }
}

/** In clock ticks since the system started: the 22nd field of /proc/<pid>/stat, the 20th after the name in brackets. */
function startOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const isDead = fields[0] === "Z" || fields[0] === "X"; // killed, and not yet waited for
    return isDead ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}
