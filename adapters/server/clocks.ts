import { setTimeout as delay } from "node:timers/promises";

/** Both clocks at one moment, in milliseconds. */
export interface ClockReading {
  /** The system's clock, since 1970 UTC. It may jump. */
  readonly now: number;
  /** The monotonic clock. */
  readonly elapsed: number;
}

export function readClocks(): ClockReading {
  return { now: Date.now(), elapsed: performance.now() };
}

/** Resolves after so many milliseconds, or at the signal. It does not keep the process alive. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal, ref: false }).catch(() => {});
}
