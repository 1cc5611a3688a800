import type { ClockReading } from "./clocks.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A clock up to this far from the trusted time is trusted. */
const tolerance = day;
/** How long any other clock must hold, by the monotonic clock, before it is trusted. */
const heldFor = hour;
/** How far it may drift from the monotonic clock meanwhile. */
const drift = minute;

/**
 * Tells whether retention may follow the system's clock. A clock that jumps a year ahead would expire every event, and
 * deleted events do not come back. So a clock that is more than a day ahead of the time that was trusted last is followed
 * only after it has held for an hour of the monotonic clock. A clock that is behind expires nothing. It is trusted after
 * an hour too, because the trusted time may have been the wrong one.
 */
export class RetentionClock {
  /** The last trusted time. */
  #trusted: ClockReading;
  /** The first reading of a clock far from that, while it holds. */
  #other: ClockReading | undefined;

  constructor(trusted: number, elapsed: number) {
    this.#trusted = { now: trusted, elapsed };
  }

  /** How many milliseconds the clock is ahead of the trusted time; 0 if retention may follow it. */
  aheadBy(reading: ClockReading): number {
    const ahead = reading.now - expected(this.#trusted, reading);
    if (Math.abs(ahead) <= tolerance) {
      this.#other = undefined;
      return 0;
    }
    const other = this.#other;
    if (other === undefined || Math.abs(reading.now - expected(other, reading)) > drift) this.#other = reading;
    else if (reading.elapsed - other.elapsed >= heldFor) {
      this.trust(reading);
      return 0;
    }
    return Math.max(0, ahead);
  }

  /** How much longer a clock far from the trusted time has to hold, in milliseconds. */
  remaining({ elapsed }: ClockReading): number {
    return this.#other === undefined ? 0 : Math.max(0, heldFor - (elapsed - this.#other.elapsed));
  }

  /** Trusts this reading. */
  trust(reading: ClockReading): void {
    this.#trusted = reading;
    this.#other = undefined;
  }

  /** The trusted time at this reading. The next process starts from it. */
  trusted(reading: ClockReading): number {
    const now = Math.floor(expected(this.#trusted, reading));
    return Math.abs(reading.now - now) <= tolerance ? Math.max(reading.now, now) : now;
  }
}

/** The time of the system's clock at `later`, if it has not jumped since `earlier`. */
function expected(earlier: ClockReading, later: ClockReading): number {
  return earlier.now + later.elapsed - earlier.elapsed;
}
