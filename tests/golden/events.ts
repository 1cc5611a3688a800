import { parseEventInput } from "../../core/events/event-input.ts";
import {
  formatEvent,
  parseReportBody,
  parseReportCheckRequest,
  parseReportRequest,
  type RunlessEvent,
} from "../../core/index.ts";
import { maxEventDepth, parseJson } from "../../core/json/json.ts";
import { type EventRow, encodeEvent, eventFromRow, field } from "../../storage/libsql/write/event-row.ts";
import { fingerprint } from "../../storage/recording/fingerprint.ts";

/** What was sent, to which endpoint, and what became of it. */
export interface GoldenEvent {
  readonly endpoint: "materialization" | "check" | "native";
  readonly body: string;
  /** A message, where the event was refused. */
  readonly refused?: string;
  readonly recorded?: readonly Recorded[];
}

export interface Recorded {
  /** `encodeEvent`, whose details are what the database keeps. */
  readonly row: string;
  /** `formatEvent` of what the database gives back. */
  readonly answer: string;
  readonly fingerprint: string;
}

export const goldenNow = Date.UTC(2026, 10, 23);

/** Reads a body as the server does. */
export function readGolden({ endpoint, body }: Pick<GoldenEvent, "endpoint" | "body">): readonly RunlessEvent[] {
  if (endpoint === "native") {
    return parseEventInput(parseJson(body, { maxDepth: maxEventDepth }), { now: goldenNow }).map(({ event }) => event);
  }
  const parse = endpoint === "check" ? parseReportCheckRequest : parseReportRequest;
  return [parse(`/report_asset_${endpoint}/golden/key`, [], parseReportBody(body))];
}

export function recordGolden(event: RunlessEvent): Recorded {
  const row = encodeEvent(event, { key: "k", fingerprint: "f" });
  return { row, answer: formatEvent(eventFromRow(storedRow(row))), fingerprint: fingerprint(event) };
}

/** The row that the database gives back of an encoded event. */
export function storedRow(encoded: string): EventRow {
  const fields = JSON.parse(encoded);
  return {
    id: 7,
    key: fields[field.key],
    kind: fields[field.kind],
    partition: fields[field.partition],
    checkName: fields[field.checkName],
    passed: fields[field.passed],
    severity: fields[field.severity],
    timestamp: fields[field.timestamp] ?? goldenNow,
    receivedAt: goldenNow,
    idempotencyKey: fields[field.idempotencyKey],
    details: fields[field.details],
    reportedBy: null,
  };
}
