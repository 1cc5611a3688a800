import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Seconds of CPU of each thread by its id. The main one has the process's. */
export type ThreadCpu = ReadonlyMap<number, number>;

/** What every thread of a process has used so far, by the scheduler, which counts nanoseconds once a thread lets go. */
export function threadCpu(pid: number): ThreadCpu {
  const found = new Map<number, number>();
  for (const name of readdirSync(`/proc/${pid}/task`)) {
    try {
      const [nanoseconds = ""] = readFileSync(`/proc/${pid}/task/${name}/schedstat`, "utf8").split(" ");
      found.set(Number(name), Number(nanoseconds) / 1e9);
    } catch {
      // It has ended since.
    }
  }
  return found;
}

/** Seconds of CPU that the whole process has used, threads that have ended too. In steps of 10 ms. */
export function processCpu(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // After the program's name, which may hold spaces: utime and stime, in hundredths of a second.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export interface CpuSpent {
  readonly main: number;
  /** Of the other threads, the one that spent the most. */
  readonly busiest: number;
  readonly all: number;
}

/** In seconds, from one reading to the other. */
export function cpuBetween(pid: number, before: ThreadCpu, after: ThreadCpu): CpuSpent {
  let [main, busiest, all] = [0, 0, 0];
  for (const [thread, seconds] of after) {
    const spent = seconds - (before.get(thread) ?? 0);
    all += spent;
    if (thread === pid) main = spent;
    else busiest = Math.max(busiest, spent);
  }
  return { main, busiest, all };
}

const lookMilliseconds = 30;
/** A server at rest uses about a thousandth of a core. */
const restingShare = 0.03;
const quietLooks = 3;
const mostLooks = 1000;

/** Waits until the process has nothing more to do: what goes on after an answer belongs to its request. */
export async function settle(pid: number): Promise<void> {
  let before = threadCpu(pid);
  for (let look = 0, quiet = 0; look < mostLooks && quiet < quietLooks; look++) {
    await sleep(lookMilliseconds);
    const after = threadCpu(pid);
    const isQuiet = cpuBetween(pid, before, after).all < (restingShare * lookMilliseconds) / 1000;
    quiet = isQuiet && !hasWork(pid) ? quiet + 1 : 0;
    before = after;
  }
}

/** A thread that could go on has work, though a busy machine may not let it; one that waits for the disk has too. */
function hasWork(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).some((name) => {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${name}/stat`, "utf8");
      return /^[RD]/.test(stat.slice(stat.lastIndexOf(")") + 2));
    } catch {
      return false; // it has ended since
    }
  });
}

/** From now on, the peak is that of what comes. Where the system does not let us, it stays that of the whole life. */
export function resetPeakMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // A container without the right to: the peak is too high rather than too low.
  }
}

/** Bytes. */
export function peakMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024;
}
