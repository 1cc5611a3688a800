import type { Runtime } from "../../server.ts";
import type { Measured } from "./measure-shape.ts";

/** Seconds of the main thread's CPU for one request. Of a stream: for each million bytes that it moves. */
const mostSeconds = { request: 0.2, read: 0.05, stream: 0.01 } as const;
/** Or so many times what the bare echo takes for the same body, where that is more: hosts differ. */
const echoTimes = 10;
/** Milliseconds that a stream holds the main thread at a time; the scheduler counts in ticks of 4 while a thread runs. */
const mostHeld = 20;
const tick = 4;
const mostBytes: Readonly<Record<Runtime, number>> = { bun: 500e6, node: 600e6, deno: 600e6 };
/** What single reports' p99 may grow to, and the milliseconds that /health may wait. */
const mostGrowth = 3;
const mostHealth = 100;

/** A bound that a measurement is past. */
export interface Past {
  /** What is bounded: the server's own work, or wall time, which the machine's other work takes part in. */
  readonly of: "work" | "time";
  readonly says: string;
}

/** Seconds of the main thread's CPU that one such request may take in all. */
export function cpuBound({ kind, sentBytes, receivedBytes, echoSeconds }: Measured): number {
  const seconds = mostSeconds[kind];
  const inAll = kind === "stream" ? (seconds * (sentBytes + receivedBytes)) / 1e6 : seconds;
  return Math.max(inAll, echoTimes * echoSeconds);
}

/** The bounds that it is past, of those in DESIGN that a single request has. */
export function pastBounds(measured: Measured): readonly Past[] {
  const { runtime, kind, status, mainSeconds, mostMainSeconds, peakBytes, beside } = measured;
  const past: Past[] = [];
  const note = (isPast: boolean, of: Past["of"], says: string) => {
    if (isPast) past.push({ of, says });
  };
  const bound = cpuBound(measured);
  // Who answers nothing holds up nobody.
  note(status < 200 || status >= 500, "work", `answered ${status}`);
  // A request has so much in all; a stream so much for each MB, which the first run, of code not compiled yet, says badly.
  const seconds = kind === "stream" ? mainSeconds : mostMainSeconds;
  note(seconds > bound, "work", `main ${seconds.toFixed(3)} > ${bound.toFixed(3)} s`);
  note(peakBytes > mostBytes[runtime], "work", `${megabytes(peakBytes)} > ${megabytes(mostBytes[runtime])} MB`);
  if (beside === undefined) return past;
  const { held, ownHealth, reportP99 } = beside.beside;
  if (kind === "stream") note(held > mostHeld + tick, "time", `held ${held.toFixed(0)} > ${mostHeld} ms`);
  note(ownHealth > mostHealth, "time", `/health ${ownHealth.toFixed(0)} > ${mostHealth} ms`);
  const growth = reportP99 / beside.alone.reportP99;
  note(growth > mostGrowth, "time", `p99 x ${growth.toFixed(1)} > ${mostGrowth}`);
  return past;
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
