import { closeSync, copyFileSync, fsyncSync, openSync } from "node:fs";
import { createClient } from "@libsql/client";
import { materialization } from "../../core/index.ts";
import { type EventLog, openEventLog } from "../../storage/index.ts";
import { nthEvent } from "./nth-event.ts";
import { progressOf } from "./progress.ts";

const eventsPerCall = 1000;
const callsInFlight = 3;

/** Goes on from what an earlier call has put into the log until it holds so many events. */
export async function fillLog(log: EventLog, events: number): Promise<void> {
  const { events: newest } = await log.query({}, { limit: 1, order: "desc" });
  const held = newest[0]?.id ?? 0;
  if (held > events) throw new Error(`The log holds ${held} events, more than the ${events} that were asked for.`);
  const progress = progressOf("events filled in", events, held);
  const inFlight: Promise<unknown>[] = [];
  for (let from = held; from < events; from += eventsPerCall) {
    const units = Array.from({ length: Math.min(eventsPerCall, events - from) }, (_, i) => {
      const { assetKey, ...options } = nthEvent(from + i);
      return [{ event: materialization(assetKey, options) }];
    });
    inFlight.push(log.append(units));
    if (inFlight.length === callsInFlight) await inFlight.shift();
    progress.at(from);
  }
  await Promise.all(inFlight);
}

/** Fills the log in a file, which is made if it is not there, and leaves nothing of it in its WAL. */
export async function fillFile(file: string, events: number): Promise<void> {
  const log = await openEventLog({ url: `file:${file}` });
  try {
    await fillLog(log, events);
  } finally {
    await log.close();
  }
  const client = createClient({ url: `file:${file}` });
  const { rows } = await client.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  client.close();
  if (rows[0]?.busy !== 0) throw new Error(`Somebody else uses ${file}.`);
}

/** On the disk when it returns, since its write-back would be in the way of the commits that are measured next. */
export function copyFilled(file: string, copy: string): void {
  copyFileSync(file, copy);
  const descriptor = openSync(copy, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
}
