import { clearTimeout, setTimeout } from "node:timers"; // Deno's global timers have no unref
import { Gauge, Histogram, type Registry } from "prom-client";

/** Milliseconds between two timers while the event loop is busy. A much longer stall is measured almost whole. */
const busyInterval = 20;
/** The interval at rest, when each timer wakes the CPU up for a tenth of a millisecond. */
const restingInterval = 1000;
/** The event loop is at rest after so many timers without a request and with less than `busyShare` of a core in use. */
const quietTimers = 50;
const busyShare = 0.05;
const buckets = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/**
 * Measures how late timers of this thread's event loop are: how long other work on it had to wait. Only for the program
 * that owns the process. It keeps no process alive.
 */
export class EventLoopLag {
  readonly #lag: Histogram;
  /** The longest lag since the last scrape, in seconds. */
  #longest = 0;
  #timer: NodeJS.Timeout | undefined;
  #due = 0;
  #isResting = false;
  #hadRequest = false;
  #quiet = 0;
  #measuredAt = performance.now();
  #cpu = process.cpuUsage();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#lag = new Histogram({
      name: "runless_event_loop_lag_seconds",
      help: "How late the event loop of the main thread came to a timer, one of 20 ms while there is work.",
      buckets,
      registers,
    });
    const takeLongest = () => this.#takeLongest();
    new Gauge({
      name: "runless_event_loop_lag_max_seconds",
      help: "The longest of those since this was asked for last.",
      registers,
      collect() {
        this.set(takeLongest());
      },
    });
    this.#wait();
  }

  /** Call it for every request: only requests make an idle server busy. */
  noteRequest(): void {
    this.#hadRequest = true;
    if (!this.#isResting) return;
    this.#isResting = false;
    this.#quiet = 0;
    clearTimeout(this.#timer);
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Includes the timer that is due: a scrape that waited through a stall is often answered before it. */
  #takeLongest(): number {
    const longest = Math.max(this.#longest, this.#lagNow());
    this.#longest = 0;
    return longest;
  }

  /** How late the next timer is, in seconds. */
  #lagNow(): number {
    return Math.max(0, performance.now() - this.#due) / 1000;
  }

  #measure(): void {
    const lag = this.#lagNow();
    this.#lag.observe(lag);
    this.#longest = Math.max(this.#longest, lag);
    this.#quiet = this.#isBusy() ? 0 : this.#quiet + 1;
    this.#isResting = this.#quiet >= quietTimers;
    this.#wait();
  }

  #isBusy(): boolean {
    const now = performance.now();
    const cpu = process.cpuUsage();
    const microseconds = cpu.user - this.#cpu.user + (cpu.system - this.#cpu.system);
    const busy = this.#hadRequest || microseconds / 1000 > busyShare * (now - this.#measuredAt);
    this.#measuredAt = now;
    this.#cpu = cpu;
    this.#hadRequest = false;
    return busy;
  }

  #wait(): void {
    const interval = this.#isResting ? restingInterval : busyInterval;
    this.#due = performance.now() + interval;
    this.#timer = setTimeout(() => this.#measure(), interval).unref();
  }
}
