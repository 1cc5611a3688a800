import { logger } from "../config/logger.ts";
import type { ClockReading } from "./clocks.ts";

const hour = 3_600_000;
const afterFailure = 5_000;

export interface TurnOptions {
  readonly read: () => ClockReading;
  readonly signal: AbortSignal;
  /** What can't be done while turns fail: a sentence for the log. */
  readonly failing: string;
}

/**
 * Takes turns until the signal. A turn resolves with how many milliseconds may pass until the next; `rest` lets them pass. One
 * that fails is told of, at most once an hour while failures go on, and the next is due after 5 seconds.
 */
export async function takeTurns(
  turn: () => Promise<number>,
  rest: (wait: number) => Promise<void>,
  { read, signal, failing }: TurnOptions,
): Promise<void> {
  let failedAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    let wait: number;
    try {
      wait = await turn();
    } catch (error) {
      if (signal.aborted) return;
      const { elapsed } = read();
      const reason = error instanceof Error ? error.message : String(error);
      if (elapsed - failedAt >= hour) logger.warn(failing, { reason });
      failedAt = elapsed;
      wait = afterFailure;
    }
    await rest(wait);
  }
}
