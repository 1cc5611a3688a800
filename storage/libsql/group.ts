import type { AppendedEvent, UnitResult } from "../event-log.ts";

/** Units, encoded for the database: plain data, which may come from another thread. */
export interface EncodedUnits {
  /** The units' events one after the other, as `joinRows` gave them: one text crosses threads for less than many. */
  readonly rows: string;
  readonly events: number;
  /** How many events each unit has. */
  readonly sizes: readonly number[];
  /** True where an event carries an idempotency key. */
  readonly keyed: boolean;
  /** True where an event is a check evaluation. */
  readonly checks: boolean;
  /** The type of each event, as a digit of `kinds`: one character crosses threads for less than a name. */
  readonly kinds: string;
}

const separator = ",\n";

/** The inside of a JSON array: what `encodeEvent` gave has no line break of its own. */
export function joinRows(rows: readonly string[]): string {
  return rows.join(separator);
}

export function splitRows(rows: string): readonly string[] {
  return rows === "" ? [] : rows.split(separator);
}

/** Units that are committed in one transaction. */
export interface Group extends Omit<EncodedUnits, "events" | "kinds"> {
  /** The clock, in milliseconds since 1970 UTC. */
  readonly now: number;
}

/** Either all of a group's events got ids in a row, or each unit has a result of its own. */
export type GroupResult = { readonly firstId: number } | { readonly units: readonly UnitResult[] };

export type WrittenGroup = GroupResult & {
  /** How long the database was at it, in milliseconds. */
  readonly milliseconds: number;
};

/** What a group's result is to each of the items that it was made of. */
export function splitResult(
  result: GroupResult,
  items: readonly Pick<EncodedUnits, "events" | "sizes">[],
): readonly GroupResult[] {
  let [events, units] = [0, 0];
  return items.map((item) => {
    const before = { events, units };
    events += item.events;
    units += item.sizes.length;
    if ("firstId" in result) return { firstId: result.firstId + before.events };
    return { units: result.units.slice(before.units, units) };
  });
}

/** The result of each unit, given their sizes. */
export function unitResults(result: GroupResult, sizes: readonly number[]): readonly UnitResult[] {
  if ("units" in result) return result.units;
  let next = result.firstId;
  return sizes.map((size) => {
    const events: AppendedEvent[] = [];
    for (let i = 0; i < size; i++) events.push({ id: next++, duplicate: false });
    return { status: "recorded", events };
  });
}
