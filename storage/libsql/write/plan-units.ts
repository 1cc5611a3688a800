import type { AppendedEvent, UnitResult } from "../../event-log.ts";
import { field } from "./event-row.ts";
import { isVisibleKey } from "./wiped-partition.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** The rows to insert of a group whose events have idempotency keys, and the results of its units. */
interface UnitPlan {
  readonly rows: readonly string[];
  /** Given the id of the first of `rows`. */
  results(firstId: number): readonly UnitResult[];
}

/** An event that an idempotency key stands for: recorded before, or planned earlier in this group. */
interface KnownEvent {
  readonly fingerprint: string;
  id(firstId: number): number;
}

/** What the keys that were used before stand for, by their index in `scopesJson`. */
export type Recorded = readonly (readonly [position: number, id: number, fingerprint: string])[];

/**
 * Leaves out events that were recorded before under their keys, and whole units with a key that stands for other
 * content. It runs inside the writing transaction, so that it sees the keys of all other writers.
 */
export async function planUnits(
  transaction: WriteTransaction,
  encoded: readonly string[],
  sizes: readonly number[],
): Promise<UnitPlan> {
  const events = readKeys(encoded);
  const { rows } = await transaction.execute({ sql: selectRecorded, args: [scopesJson(events)] });
  const recorded = rows.map((row) => [Number(row.position), Number(row.event_id), String(row.fingerprint)] as const);
  return planAround(recorded, events, sizes);
}

interface KeyedRow {
  readonly row: string;
  /** The asset, kind and key as JSON: a key is unique within the first two. Undefined for an event without a key. */
  readonly scope: string | undefined;
  readonly fingerprint: string;
}

export function readKeys(rows: readonly string[]): readonly KeyedRow[] {
  return rows.map((row) => ({ row, ...readKey(row) }));
}

/** The argument of `selectRecorded`. */
export function scopesJson(events: readonly KeyedRow[]): string {
  return `[${events.flatMap(({ scope }) => scope ?? []).join(",")}]`;
}

/** The plan for these events, given those that were recorded before. */
export function planAround(recorded: Recorded, events: readonly KeyedRow[], sizes: readonly number[]): UnitPlan {
  const keyed = events.filter(({ scope }) => scope !== undefined);
  const known = new Map<string, KnownEvent>(
    recorded.map(([position, id, fingerprint]) => [keyed[position]?.scope ?? "", { fingerprint, id: () => id }]),
  );
  const rows: string[] = [];
  const outcomes: ((firstId: number) => UnitResult)[] = [];
  let start = 0;
  for (const size of sizes) {
    const unit = planUnit(events.slice(start, start + size), known, rows.length);
    start += size;
    outcomes.push(unit.outcome);
    for (const row of unit.rows) rows.push(row);
    for (const [scope, event] of unit.known) known.set(scope, event);
  }
  return { rows, results: (firstId) => outcomes.map((outcome) => outcome(firstId)) };
}

function planUnit(unit: readonly KeyedRow[], before: ReadonlyMap<string, KnownEvent>, firstOffset: number) {
  const rows: string[] = [];
  const known = new Map<string, KnownEvent>();
  const events: ((firstId: number) => AppendedEvent)[] = [];
  for (const [index, { row, scope, fingerprint }] of unit.entries()) {
    const earlier = scope === undefined ? undefined : (known.get(scope) ?? before.get(scope));
    if (earlier === undefined) {
      const offset = firstOffset + rows.length;
      const id = (firstId: number) => firstId + offset;
      events.push((firstId) => ({ id: id(firstId), duplicate: false }));
      rows.push(row);
      if (scope !== undefined) known.set(scope, { fingerprint, id });
    } else if (earlier.fingerprint === fingerprint) {
      events.push((firstId) => ({ id: earlier.id(firstId), duplicate: true }));
    } else {
      const ofSameUnit = scope !== undefined && known.has(scope);
      const outcome = (firstId: number): UnitResult => ({
        status: "conflict",
        index,
        id: ofSameUnit ? null : earlier.id(firstId),
      });
      return { rows: [], known: new Map<string, KnownEvent>(), outcome };
    }
  }
  const outcome = (firstId: number): UnitResult => ({
    status: "recorded",
    events: events.map((event) => event(firstId)),
  });
  return { rows, known, outcome };
}

function readKey(row: string): Omit<KeyedRow, "row"> {
  const fields: readonly unknown[] = JSON.parse(row);
  const key = fields[field.idempotencyKey];
  const scope = typeof key !== "string" ? undefined : JSON.stringify([fields[field.key], fields[field.kind], key]);
  return { scope, fingerprint: String(fields[field.fingerprint]) };
}

/** `Recorded`, as columns. */
export const selectRecorded = `
  SELECT scope.key AS position, idempotency.event_id, idempotency.fingerprint FROM json_each(?1) AS scope
  CROSS JOIN asset ON asset.key = scope.value ->> 0
  CROSS JOIN idempotency ON idempotency.asset_id = asset.id
    AND idempotency.kind = scope.value ->> 1 AND idempotency.key = scope.value ->> 2
  WHERE ${isVisibleKey}`;
