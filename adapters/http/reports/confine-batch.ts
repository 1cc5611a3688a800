import { type Caller, outOfReach, reaches } from "../access/caller.ts";
import type { EventBatch, LineError, LineUnit } from "./event-batch.ts";

/** The batch without the lines that name assets out of the caller's reach: each of those fails alone. */
export function confineBatch(batch: EventBatch, caller: Caller): EventBatch {
  if (caller.prefix === null) return batch;
  const units: LineUnit[] = [];
  const errors: LineError[] = [];
  for (const line of batch.units) {
    const outside = line.unit.find(({ event }) => !reaches(caller, event.assetKey));
    if (outside === undefined) units.push(line);
    else errors.push({ line: line.line, error: outOfReach(caller, outside.event.assetKey) });
  }
  return { ...batch, units, errors: [...batch.errors, ...errors] };
}
