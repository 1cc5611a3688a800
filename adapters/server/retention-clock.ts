const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How far from what is trusted a clock may be and still be trusted. */
const tolerance = day;
/** How long any other clock must hold, by the monotonic clock, before it is followed. */
const heldFor = hour;
/** By how much it may leave the monotonic clock meanwhile. */
const drift = minute;

/** Both clocks at one moment, in milliseconds. */
export interface ClockReading {
  /** The system's clock, since 1970 UTC. It may jump. */
  readonly now: number;
  /** The monotonic clock, since whenever. */
  readonly elapsed: number;
}

/**
 * Says whether retention may follow the system's clock. One that jumps a year ahead would expire all there is, and what
 * was deleted does not return with the right time. So a clock that runs more than a day ahead of the time that was
 * trusted last is followed only once it has held for an hour of the monotonic clock. One that runs behind expires
 * nothing; what it says is trusted after an hour too, lest the time that was trusted had been the wrong one.
 */
export class RetentionClock {
  /** The last time that was taken for right. */
  #trusted: ClockReading;
  /** Since when a clock far from that has held. */
  #other: ClockReading | undefined;

  constructor(trusted: number, elapsed: number) {
    this.#trusted = { now: trusted, elapsed };
  }

  /** How many milliseconds the clock runs ahead of what is trusted; 0 where retention may follow it. */
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

  /** How long a clock far from what is trusted has still to hold, in milliseconds. */
  remaining({ elapsed }: ClockReading): number {
    return this.#other === undefined ? 0 : Math.max(0, heldFor - (elapsed - this.#other.elapsed));
  }

  /** Takes this reading for right. */
  trust(reading: ClockReading): void {
    this.#trusted = reading;
    this.#other = undefined;
  }

  /** The time that is trusted at this reading, for the next process to start from. */
  trusted(reading: ClockReading): number {
    const now = Math.floor(expected(this.#trusted, reading));
    return Math.abs(reading.now - now) <= tolerance ? Math.max(reading.now, now) : now;
  }
}

/** What the system's clock says at `later` if it has not jumped since `earlier`. */
function expected(earlier: ClockReading, later: ClockReading): number {
  return earlier.now + later.elapsed - earlier.elapsed;
}
