import { openEventLog } from "../../storage/index.ts";
import { importedEvent } from "./imported-event.ts";
import { progressOf } from "./progress.ts";
import type { Reached } from "./rate-per-tenth.ts";

// As much as an import has on its way, so that one call is made ready while another commits.
const eventsPerCall = 500;
const callsInFlight = 3;

/** The events of an import, appended to a log in this process: each a unit of its own, as lines are. */
export async function appendAlone(file: string, events: number): Promise<readonly Reached[]> {
  const log = await openEventLog({ url: `file:${file}` });
  const progress = progressOf("events appended", events);
  const series: Reached[] = [];
  const began = performance.now();
  const inFlight: Promise<unknown>[] = [];
  for (let from = 0; from < events; from += eventsPerCall) {
    const size = Math.min(eventsPerCall, events - from);
    const appended = log.append(Array.from({ length: size }, (_, i) => [{ event: importedEvent(from + i) }]));
    const reached = appended.then(() => {
      series.push({ seconds: (performance.now() - began) / 1000, done: from + size });
    });
    inFlight.push(reached);
    if (inFlight.length === callsInFlight) await inFlight.shift();
    progress.at(from);
  }
  await Promise.all(inFlight);
  await log.close();
  return series;
}
