import type { Row } from "@libsql/client";
import type { FreshnessState } from "../../../core/freshness/index.ts";
import type { SubjectName, WatchedRow } from "../../watching/watch-plan.ts";
import { decodeKey, decodeNullable, encodeKey, encodeNullable } from "../write/sortable-text.ts";

/** The columns of a subject, as `watchedRow` reads them. */
export const subjectColumns = `
  subject.name, nullif(subject.partition, x'') AS partition, subject.state,
  subject.since, subject.last_at, subject.deadline, subject.next_at, subject.defined_at`;

export function watchedRow(row: Row): WatchedRow {
  return {
    assetKey: decodeKey(String(row.name)),
    partition: decodeNullable(row.partition),
    state: row.state as FreshnessState | null, // only write-plan.ts writes it
    since: Number(row.since),
    lastAt: numberOf(row.last_at),
    deadline: numberOf(row.deadline),
    nextAt: numberOf(row.next_at),
    definedAt: numberOf(row.defined_at),
  };
}

export function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

/** Names as rows of a JSON array: the encoded key, and the encoded partition or null. */
export function nameRows(names: readonly SubjectName[]): string {
  return JSON.stringify(names.map(({ assetKey, partition }) => [encodeKey(assetKey), encodeNullable(partition)]));
}
