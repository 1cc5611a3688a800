import { clearTimeout, setTimeout } from "node:timers"; // Deno's own have no unref
import { Gauge, Histogram, type Registry } from "prom-client";

export interface EventLoopWatch {
  /** To be told of every request as it comes: nothing else makes an idle server busy. */
  noteRequest(): void;
  stop(): void;
}

/** Milliseconds between two looks at a busy event loop: a stall that is much longer is seen whole. */
const busyInterval = 20;
/** At rest each look is a wake-up, which costs a tenth of a millisecond. */
const restingInterval = 1000;
/** So many looks without a request, and with less than this share of a core in use, are rest. */
const quietLooks = 50;
const busyShare = 0.05;
const buckets = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/**
 * Measures how late this thread's event loop comes to a timer: how long everything on it was kept waiting. It is for
 * whoever owns the process, and keeps none alive.
 */
export function watchEventLoop(registry: Registry): EventLoopWatch {
  const registers = [registry];
  const lag = new Histogram({
    name: "runless_event_loop_lag_seconds",
    help: "How late the event loop of the main thread came to a timer, one of 20 ms while there is work.",
    buckets,
    registers,
  });
  let most = 0;
  new Gauge({
    name: "runless_event_loop_lag_max_seconds",
    help: "The longest of those since this was asked for last.",
    registers,
    collect() {
      // A scrape that waited through a stall is often answered before the timer.
      this.set(Math.max(most, createTimeout()));
      most = 0;
    },
  });

  let timer: NodeJS.Timeout;
  let due = 0;
  let isResting = false;
  let wasAsked = false;
  let quiet = 0;
  let lookedAt = performance.now();
  let cpuThen = process.cpuUsage();

  function createTimeout(): number {
    return Math.max(0, performance.now() - due) / 1000;
  }

  function look(): void {
    const late = createTimeout();
    lag.observe(late);
    most = Math.max(most, late);
    quiet = isBusy() ? 0 : quiet + 1;
    isResting = quiet >= quietLooks;
    wait();
  }

  function isBusy(): boolean {
    const now = performance.now();
    const cpu = process.cpuUsage();
    const microseconds = cpu.user - cpuThen.user + (cpu.system - cpuThen.system);
    const busy = wasAsked || microseconds / 1000 > busyShare * (now - lookedAt);
    lookedAt = now;
    cpuThen = cpu;
    wasAsked = false;
    return busy;
  }

  function wait(): void {
    const interval = isResting ? restingInterval : busyInterval;
    due = performance.now() + interval;
    timer = setTimeout(look, interval).unref();
  }

  wait();
  return {
    noteRequest() {
      wasAsked = true;
      if (!isResting) return;
      isResting = false;
      quiet = 0;
      clearTimeout(timer);
      wait();
    },
    stop: () => clearTimeout(timer),
  };
}
