import type { UnitResult } from "../../../storage/index.ts";
import type { BodyShare } from "../shared-limits.ts";
import type { EventBatch, LineUnit } from "./event-batch.ts";
import type { ExportedEvents } from "./exported-events.ts";
import type { ImportTally } from "./import-tally.ts";

/** Appends batches in order, a few ahead of the log's answers, and counts the answers in the same order. */
interface AppendWindow {
  /** Resolves when the next batch may be sent. */
  send(batch: EventBatch): Promise<void>;
  /** Resolves when all batches that were sent are counted. */
  finish(): Promise<void>;
}

interface AppendWindowOptions {
  readonly exported: ExportedEvents;
  readonly tally: ImportTally;
  /** The memory of the batches. If it is full, `send` waits until batches are recorded. */
  readonly share: BodyShare;
  /** Called when the log fails. Nothing more is sent then. */
  readonly onFailure: (error: unknown) => void;
}

// Enough for the next transaction while one commits. More would only make single reports wait.
const linesInFlight = 1500;
const bytesInFlight = 4 << 20;

interface Sent {
  readonly batch: EventBatch;
  /** Undefined if the log failed. */
  readonly results: Promise<readonly (UnitResult | undefined)[] | undefined>;
}

export function openAppendWindow({ exported, tally, share, onFailure }: AppendWindowOptions): AppendWindow {
  const inFlight: Sent[] = [];
  let lines = 0;
  let bytes = 0;
  let failed = false;

  function fail(error: unknown): undefined {
    failed = true;
    onFailure(error);
  }

  async function append(units: readonly LineUnit[], known: ReadonlyMap<LineUnit, UnitResult>) {
    const answers = await exported.append(units.filter((line) => !known.has(line)));
    return units.map((line) => known.get(line) ?? answers.get(line));
  }

  async function settleOldest(): Promise<void> {
    const sent = inFlight.shift();
    if (sent === undefined) return;
    const results = await sent.results;
    if (results === undefined) tally.lost(sent.batch);
    else tally.settled(sent.batch, results);
    lines -= sent.batch.units.length;
    bytes -= sent.batch.bytes;
  }

  return {
    async send(batch) {
      // Awaited before the next batch, so that events are recorded in the order of their lines.
      const known = await exported.find(batch.units).catch(fail);
      const results =
        failed || known === undefined ? Promise.resolve(undefined) : append(batch.units, known).catch(fail);
      inFlight.push({ batch, results });
      lines += batch.units.length;
      bytes += batch.bytes;
      while (lines > linesInFlight || bytes > bytesInFlight || !share.hold(bytes)) await settleOldest();
      // A log may answer within this turn of the event loop, while other requests wait for the next.
      await new Promise((resolve) => setTimeout(resolve));
    },
    async finish() {
      while (inFlight.length > 0) await settleOldest();
      share.hold(0);
    },
  };
}
