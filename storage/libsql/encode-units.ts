import type { RunlessEventType } from "../../core/index.ts";
import type { Unit } from "../event-log.ts";
import { fingerprint } from "../fingerprint.ts";
import { encodeEvent, kinds, typeOfKind } from "./event-row.ts";
import { type EncodedUnits, joinRows } from "./group.ts";

/** Encodes units for `appendEncoded`, on whichever thread has the time for it. One pass: every report comes through here. */
export function encodeUnits(units: readonly Unit[]): EncodedUnits & { readonly rows: string } {
  const rows: string[] = [];
  const sizes: number[] = [];
  let [keyed, checks, types] = [false, false, ""];
  for (const unit of units) {
    sizes.push(unit.length);
    for (const { event, idempotencyKey: key } of unit) {
      keyed ||= key !== undefined;
      checks ||= event.type === "ASSET_CHECK_EVALUATION";
      types += kinds[event.type];
      rows.push(encodeEvent(event, key === undefined ? undefined : { key, fingerprint: fingerprint(event) }));
    }
  }
  return { rows: joinRows(rows), events: rows.length, sizes, keyed, checks, kinds: types };
}

/** Visits each encoded event: its type, its unit, and its place in that. */
export function eachEncoded(
  { sizes, kinds: types }: EncodedUnits,
  visit: (type: RunlessEventType, unit: number, event: number) => void,
): void {
  let at = 0;
  sizes.forEach((size, unit) => {
    for (let event = 0; event < size; event++) visit(typeOfKind(Number(types[at++])), unit, event);
  });
}
