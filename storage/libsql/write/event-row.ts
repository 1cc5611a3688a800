import { withDetails } from "../../../core/events/kept-details.ts";
import { formatChange, formatDetails, parseChange } from "../../../core/events/wire.ts";
import {
  type AssetCheckSeverity,
  type AssetWiped,
  dataVersionOf,
  type FreshnessStateChange,
  type RecordedEvent,
  type RunlessEvent,
  type RunlessEventType,
} from "../../../core/index.ts";
import type { EventMark } from "../../overview.ts";
import { decodeKey, decodeNullable, decodeText, encodeKey, encodeNullable, encodeText } from "./sortable-text.ts";

/** The number of each event type in the database. */
export const kinds = {
  ASSET_MATERIALIZATION: 1,
  ASSET_OBSERVATION: 2,
  ASSET_CHECK_EVALUATION: 3,
  ASSET_WIPED: 4,
  FRESHNESS_STATE_CHANGE: 5,
} as const;

const newestKind = kinds.FRESHNESS_STATE_CHANGE;

/**
 * Whether this version knows the kind of an event. A newer one may have written others, which no read returns: it may
 * have migrated the database while this one runs.
 */
export function isKnown(event: string): string {
  return `${event}.kind <= ${newestKind}`;
}

/** The type of a kind that can be reported. */
export function typeOfKind(kind: number): RunlessEventType {
  if (kind === kinds.ASSET_MATERIALIZATION) return "ASSET_MATERIALIZATION";
  return kind === kinds.ASSET_OBSERVATION ? "ASSET_OBSERVATION" : "ASSET_CHECK_EVALUATION";
}

/** An event as a read gives it, still encoded. It crosses threads, which would lose the digits of a NumberText. */
export interface EventRow {
  readonly id: number;
  readonly key: string;
  readonly kind: number;
  readonly partition: string | null;
  readonly checkName: string | null;
  readonly passed: number | null;
  readonly severity: string | null;
  readonly timestamp: number;
  readonly receivedAt: number;
  readonly idempotencyKey: string | null;
  readonly details: string;
  readonly reportedBy: string | null;
}

export function eventFromRow(row: EventRow): RecordedEvent {
  const common = {
    id: row.id,
    assetKey: decodeKey(row.key),
    partition: decodeNullable(row.partition),
    timestamp: row.timestamp,
    receivedAt: row.receivedAt,
  };
  if (row.kind === kinds.FRESHNESS_STATE_CHANGE)
    return { type: "FRESHNESS_STATE_CHANGE", ...common, ...parseChange(row.details) };
  if (row.kind !== kinds.ASSET_CHECK_EVALUATION)
    return withDetails({ type: plainType(row.kind), ...common }, row.details);
  const check = {
    type: "ASSET_CHECK_EVALUATION",
    ...common,
    checkName: decodeText(row.checkName ?? ""),
    passed: row.passed === 1,
    severity: row.severity as AssetCheckSeverity, // only encodeEvent writes it
  } as const;
  return withDetails(check, row.details);
}

function plainType(kind: number) {
  if (kind === kinds.ASSET_MATERIALIZATION) return "ASSET_MATERIALIZATION";
  return kind === kinds.ASSET_OBSERVATION ? "ASSET_OBSERVATION" : "ASSET_WIPED";
}

/** The parts of a written event that an idempotency key adds. */
interface IdempotencyMark {
  readonly key: string;
  readonly fingerprint: string;
}

/** The fields of an encoded event, by their index in its JSON array. insert-statements.ts reads them by these. */
export const field = {
  key: 0,
  kind: 1,
  partition: 2,
  checkName: 3,
  passed: 4,
  severity: 5,
  versioned: 6,
  timestamp: 7,
  details: 8,
  idempotencyKey: 9,
  fingerprint: 10,
  reportedBy: 11,
} as const;

/** An event as one JSON array, for SQLite's json_each. Details are a string, so that no event is nested too deep. */
export function encodeEvent(
  event: RunlessEvent | AssetWiped | FreshnessStateChange,
  mark?: IdempotencyMark,
  details = event.type === "FRESHNESS_STATE_CHANGE" ? formatChange(event) : formatDetails(event),
): string {
  const check = event.type === "ASSET_CHECK_EVALUATION" ? event : undefined;
  const row: (string | number | null)[] = [
    encodeKey(event.assetKey),
    kinds[event.type],
    encodeNullable(event.partition),
    check === undefined ? null : encodeText(check.checkName),
    check === undefined ? null : Number(check.passed),
    check === undefined ? null : check.severity,
    check === undefined && dataVersionOf(event) !== null ? 1 : null,
    event.timestamp,
    details,
  ];
  if (mark !== undefined) row.push(encodeText(mark.key), mark.fingerprint);
  return JSON.stringify(row);
}

/** A row of `encodeEvent` that also says who reported the event. `isKeyed` tells whether it has an idempotency mark. */
export function withReporter(row: string, isKeyed: boolean, reportedBy: string): string {
  return `${row.slice(0, -1)}${isKeyed ? "" : ",null,null"},${JSON.stringify(encodeText(reportedBy))}]`;
}

/** An event's id, kind, timestamp, passed and severity. */
export type MarkRow = readonly [number, number, number, number | null, string | null];

/** The mark of an event, from a MarkRow. */
export function eventMark([id, kind, timestamp, passed, severity]: MarkRow): EventMark {
  return {
    id,
    type: typeOfKind(kind),
    timestamp,
    passed: passed === null ? null : passed === 1,
    severity: severity as AssetCheckSeverity | null, // only encodeEvent writes it
  };
}
