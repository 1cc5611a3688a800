import type { RunlessEventType } from "../../core/index.ts";
import type { Unit } from "../event-log.ts";
import { createFingerprint, fingerprint } from "../fingerprint.ts";
import { DetailsFormatter } from "./details-references.ts";
import { encodeEvent, kinds, typeOfKind } from "./event-row.ts";
import { type EncodedUnits, joinRows } from "./group.ts";

/** Encodes units for `appendEncoded`, on whichever thread has the time for it. One pass: every report comes through here. */
export function encodeUnits(units: readonly Unit[]): EncodedUnits & { readonly rows: string } {
  const rows: string[] = [];
  const sizes: number[] = [];
  const formatter = new DetailsFormatter();
  let [keyed, checks, types] = [false, false, ""];
  for (const unit of units) {
    sizes.push(unit.length);
    const isAlone = unit.length === 1;
    const fingerprintOf = isAlone ? fingerprint : createFingerprint();
    for (const [i, { event, idempotencyKey: key }] of unit.entries()) {
      keyed ||= key !== undefined;
      checks ||= event.type === "ASSET_CHECK_EVALUATION";
      types += kinds[event.type];
      const mark = key === undefined ? undefined : { key, fingerprint: fingerprintOf(event) };
      rows.push(encodeEvent(event, mark, formatter.format(event, unit[i - 1]?.event, unit[i + 1]?.event)));
    }
  }
  const { shared } = formatter;
  return { rows: joinRows(rows), events: rows.length, sizes, keyed, checks, kinds: types, shared };
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
