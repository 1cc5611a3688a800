import { readFileSync } from "node:fs";

/**
 * Identifies a process among all processes until the system restarts: `<pid>-<start>`, because pids are reused. The start
 * is 0 on systems without /proc.
 */
export function processIdentity(pid = process.pid): string {
  return `${pid}-${startOf(pid) ?? 0}`;
}

/** Whether the process with this identity still runs. Without a start, another process may have its pid. */
export function isAlive(identity: string): boolean {
  const [pid = 0, start = 0] = identity.split("-").map(Number);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  if (start !== 0) return startOf(pid) === start;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // a process of another user
  }
}

/** In clock ticks since the system started: the 22nd field of /proc/<pid>/stat, the 20th after the name in brackets. */
function startOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const isDead = fields[0] === "Z" || fields[0] === "X"; // killed, but its parent has not waited for it yet
    return isDead ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}
