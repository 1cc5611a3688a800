import type { RunlessEventType } from "../../../core/index.ts";
import type { NewEvent, Unit } from "../../event-log.ts";
import { createFingerprint, fingerprint } from "../../recording/fingerprint.ts";
import { DetailsFormatter, formatAlone } from "./details-references.ts";
import { encodeEvent, kinds, typeOfKind, withReporter } from "./event-row.ts";
import { type EncodedUnits, joinRows, unitCount } from "./group.ts";

/** Encodes units for `appendEncoded`, on any thread. `reportedBy` names the token that reports all of them. */
export function encodeUnits(units: readonly Unit[], reportedBy?: string): TextUnits {
  const [unit] = units;
  const [single] = unit ?? [];
  if (units.length === 1 && unit?.length === 1 && single !== undefined) return encodeSingle(single, reportedBy);
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
      const details = formatter.format(event, unit[i - 1]?.event, unit[i + 1]?.event);
      const row = encodeEvent(event, mark, details);
      rows.push(reportedBy === undefined ? row : withReporter(row, key !== undefined, reportedBy));
    }
  }
  const { shared } = formatter;
  const isEachOne = sizes.every((size) => size === 1);
  return {
    rows: joinRows(rows),
    events: rows.length,
    sizes: isEachOne ? sizes.length : sizes,
    keyed,
    checks,
    kinds: types,
    reportedBy: reportedBy === undefined ? null : undefined,
    shared,
  };
}

type TextUnits = EncodedUnits & { readonly rows: string };

/**
 * As `encodeUnits`, for one event alone. Most reports come through here, and lists of one would cost them a
 * microsecond.
 */
function encodeSingle({ event, idempotencyKey: key }: NewEvent, reportedBy?: string): TextUnits {
  const mark = key === undefined ? undefined : { key, fingerprint: fingerprint(event) };
  const { details, shared } = formatAlone(event);
  return {
    rows: encodeEvent(event, mark, details),
    events: 1,
    sizes: 1,
    keyed: key !== undefined,
    checks: event.type === "ASSET_CHECK_EVALUATION",
    kinds: String(kinds[event.type]),
    reportedBy: reportedBy ?? null,
    shared,
  };
}

/** The units with their reporter in each row, so that they fit into a group with others. */
export function withReporters<Units extends EncodedUnits>(units: Units): Units {
  const { rows, reportedBy, keyed } = units;
  // Only `encodeSingle` leaves a reporter out of the row, which is text until it crosses threads.
  if (typeof reportedBy !== "string" || typeof rows !== "string") return units;
  return { ...units, rows: withReporter(rows, keyed, reportedBy), reportedBy: undefined };
}

/** Visits each encoded event with its type, the index of its unit, and its index in that. */
export function eachEncoded(
  { sizes, kinds: types }: EncodedUnits,
  visit: (type: RunlessEventType, unit: number, event: number) => void,
): void {
  let at = 0;
  for (let unit = 0; unit < unitCount(sizes); unit++) {
    const size = typeof sizes === "number" ? 1 : (sizes[unit] ?? 0);
    for (let event = 0; event < size; event++) visit(typeOfKind(Number(types[at++])), unit, event);
  }
}
