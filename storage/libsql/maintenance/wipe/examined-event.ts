import { isReported, isVisible } from "../../write/wiped-partition.ts";

/** The order of events: the latest has the greatest timestamp, and then the greatest id. */
export interface EventPosition {
  readonly id: number;
  readonly timestamp: number;
}

export function isLater(a: EventPosition, b: EventPosition): boolean {
  return a.timestamp > b.timestamp || (a.timestamp === b.timestamp && a.id > b.id);
}

/**
 * The parts of a reported event that decide which summaries it belongs to, and its position in them. Texts are encoded.
 */
export interface ExaminedEvent extends EventPosition {
  readonly kind: number;
  readonly partition: string | null;
  readonly checkName: string | null;
  readonly versioned: number | null;
}

const columns = ["id", "timestamp", "kind", "partition", "check_name", "versioned"];

/** The events of a table or subquery `event` as one JSON text, which costs less than as many rows from the driver. */
export const examinedEvents = `json_group_array(json_array(${columns.map((name) => `event.${name}`).join(", ")}))`;

type ExaminedRow = readonly [number, number, number, string | null, string | null, number | null];

export function parseExaminedEvents(json: unknown): readonly ExaminedEvent[] {
  const rows = JSON.parse(String(json)) as readonly ExaminedRow[]; // as `examinedEvents` writes it
  return rows.map(([id, timestamp, kind, partition, checkName, versioned]) => {
    return { id, timestamp, kind, partition, checkName, versioned };
  });
}

/** The first ?3 events of the asset ?1 after the id ?2, as `events`. */
export const selectNewer = `
  SELECT ${examinedEvents} AS events FROM (
    SELECT ${columns.join(", ")} FROM event
    WHERE asset_id = ?1 AND id > ?2 AND ${isReported("event")} AND ${isVisible("event")} ORDER BY id LIMIT ?3
  ) AS event`;
