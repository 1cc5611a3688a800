import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** As `nice` has it: a third of what a thread gets that acknowledges reports, where both want the same core. */
const lowPriority = 5;

/**
 * Lets the other threads of this process go first. Linux has a priority for each thread; where a system has none, or the
 * runtime may not ask for it, threads share as they are.
 */
export function lowerPriority(): void {
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    if (thread !== process.pid) setPriority(thread, lowPriority);
  } catch {
    // Nothing depends on it but how long reports wait beside heavy reads.
  }
}
