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
  /** Wall time, or so little CPU past it that the machine's other work may be the reason: worth another try. */
  readonly isDoubtful: boolean;
  /** The reports' p99, of which a short run says little. */
  readonly isOfReports?: boolean;
  readonly says: string;
}

const clearly = 1.5;

/** Seconds of the main thread's CPU that one such request may take in all. */
export function cpuBound({ kind, sentBytes, receivedBytes, echoSeconds }: Measured): number {
  const seconds = mostSeconds[kind];
  const inAll = kind === "stream" ? (seconds * (sentBytes + receivedBytes)) / 1e6 : seconds;
  return Math.max(inAll, echoTimes * echoSeconds);
}

/** The bounds that it is past, of those in DESIGN that a single request has. */
export function pastBounds(measured: Measured): readonly Past[] {
  const { runtime, kind, status, mostMainSeconds, peakBytes, beside } = measured;
  const past: Past[] = [];
  const note = (isPast: boolean, isDoubtful: boolean, says: string) => {
    if (isPast) past.push({ isDoubtful, says });
  };
  const bound = cpuBound(measured);
  // Who answers nothing holds up nobody.
  note(status < 200 || status >= 500, true, `answered ${status}`);
  note(
    mostMainSeconds > bound,
    mostMainSeconds < clearly * bound,
    `main ${mostMainSeconds.toFixed(3)} > ${bound.toFixed(3)} s`,
  );
  note(peakBytes > mostBytes[runtime], false, `${megabytes(peakBytes)} > ${megabytes(mostBytes[runtime])} MB`);
  if (beside === undefined) return past;
  const { held, ownHealth, reportP99 } = beside.beside;
  if (kind === "stream")
    note(held > mostHeld + tick, held < clearly * mostHeld + tick, `held ${held.toFixed(0)} > ${mostHeld} ms`);
  note(ownHealth > mostHealth, true, `/health ${ownHealth.toFixed(0)} > ${mostHealth} ms`);
  const growth = reportP99 / beside.alone.reportP99;
  if (growth > mostGrowth) {
    past.push({ isDoubtful: true, isOfReports: true, says: `p99 x ${growth.toFixed(1)} > ${mostGrowth}` });
  }
  return past;
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
