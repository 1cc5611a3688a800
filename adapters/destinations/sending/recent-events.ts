import type { RecordedEvent } from "../../../core/index.ts";

/** For so long an event is what was read of it: later it may have been wiped. In milliseconds. */
const freshFor = 500;

/**
 * The page of events that was read last. Where nothing waits its events are sent at once, and need not be read again. A page
 * has as many bytes as a store reads at once, so no more are kept.
 */
export class RecentEvents {
  #events: ReadonlyMap<number, RecordedEvent> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;

  /** `elapsed` is by the monotonic clock. */
  note(events: readonly RecordedEvent[], elapsed: number): void {
    this.#events = new Map(events.map((event) => [event.id, event]));
    this.#readAt = elapsed;
  }

  get(id: number, elapsed: number): RecordedEvent | undefined {
    if (elapsed - this.#readAt < freshFor) return this.#events.get(id);
    this.#events = new Map();
    return undefined;
  }
}
