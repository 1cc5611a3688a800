import { field } from "./event-row.ts";
import type { Group } from "./group.ts";
import { encodeNullable } from "./sortable-text.ts";

// The SQL that a file and a remote database share when they insert events. It is text, not Drizzle's: the thread that
// writes loads no Drizzle, and each text is prepared once. tests/storage/libsql/statements.test.ts ties it to the schema.

/** The newest id that was ever given. */
export const lastEventId = "(SELECT seq FROM sqlite_sequence WHERE name = 'event')";

/** When the newest event was received; 0 if there is none. */
export const lastReceivedAt = "coalesce((SELECT received_at FROM event ORDER BY id DESC LIMIT 1), 0)";

/** A field of an encoded event, where `row` is one of json_each. */
export const column = (name: keyof typeof field) => `row.value ->> ${field[name]}`;

/** Who reported a row's event, given the arguments of `reporterArgs`. */
export function reporterOfRow(isInRow: string, ofAll: string): string {
  return `iif(${isInRow}, ${column("reportedBy")}, ${ofAll})`;
}

export function reporterArgs({ reportedBy }: Pick<Group, "reportedBy">): [number, string | null] {
  return reportedBy === undefined ? [1, null] : [0, encodeNullable(reportedBy)];
}

/** The columns of an event, in their order. */
export const eventColumns = [
  "id",
  "asset_id",
  "kind",
  "partition",
  "check_name",
  "passed",
  "severity",
  "versioned",
  "timestamp",
  "received_at",
  "idempotency_key",
  "details",
  "reported_by",
] as const;

/**
 * Inserts events, given SQL expressions of their columns. A column without one has its default. `from` is the rest of the
 * query, and `tables` the WITH before it.
 */
export function insertIntoEvent(
  values: Readonly<Partial<Record<(typeof eventColumns)[number], string>>>,
  from: string,
  tables = "",
): string {
  const columns = eventColumns.filter((name) => values[name] !== undefined);
  return `
  INSERT INTO event (${columns.join(", ")}) ${tables}
  SELECT ${columns.map((name) => values[name]).join(", ")}
  ${from}`;
}

/**
 * Adds the encoded keys that a query selects to the assets, apart from those that are there. Such a key still takes a
 * number of the ids, so that a query that runs for every report should leave out known keys itself.
 */
export function insertAssets(query: string): string {
  return `
  INSERT INTO asset (key) ${query}
  ON CONFLICT (key) DO NOTHING`;
}

interface EventInsertion {
  /** Encoded events, as rows of json_each with the alias `row`. */
  readonly from: string;
  /** The id of a row. */
  readonly id: string;
  readonly receivedAt: string;
  /** The timestamp of an event without one. */
  readonly defaultTimestamp: string;
  readonly details: string;
  readonly reportedBy: string;
}

/** Inserts reported events of known assets, given SQL expressions. A condition may follow. */
export function insertReported({
  from,
  id,
  receivedAt,
  defaultTimestamp,
  details,
  reportedBy,
}: EventInsertion): string {
  return insertIntoEvent(
    {
      id,
      asset_id: "asset.id",
      kind: column("kind"),
      partition: column("partition"),
      check_name: column("checkName"),
      passed: column("passed"),
      severity: column("severity"),
      versioned: column("versioned"),
      timestamp: `coalesce(${column("timestamp")}, ${defaultTimestamp})`,
      received_at: receivedAt,
      idempotency_key: column("idempotencyKey"),
      details,
      reported_by: reportedBy,
    },
    // CROSS JOIN keeps SQLite from walking all assets in the outer loop.
    `FROM ${from} CROSS JOIN asset ON asset.key = ${column("key")}`,
  );
}

/** Inserts the idempotency keys that a query selects, by the columns that are named here. */
export function insertKeys(query: string): string {
  // A key that is there already stands for an event that a wipe has hidden: else the group would not insert it.
  return `
  INSERT INTO idempotency (asset_id, kind, key, event_id, fingerprint, received_at) ${query}
  ON CONFLICT (asset_id, kind, key) DO UPDATE SET
    event_id = excluded.event_id, fingerprint = excluded.fingerprint, received_at = excluded.received_at`;
}

/** Deletes the events whose ids are in a JSON array, the only argument. */
export const deleteEventRows = "DELETE FROM event WHERE id IN (SELECT value FROM json_each(?1))";
