import { parseEventInput } from "../../../core/events/event-input.ts";
import { longestIdempotencyKey } from "../../../core/events/event-input-schema.ts";
import { largeText } from "../../../core/events/json-text.ts";
import { scanOneEvent } from "../../../core/events/scanned-input.ts";
import { type EventReport, InvalidEventError, JsonSyntaxError, parseJson } from "../../../core/index.ts";
import { maxEventDepth } from "../../../core/json/json.ts";
import { isJsonObject, type JsonValue } from "../../../core/json/json-value.ts";
import { fingerprint } from "../../../storage/recording/fingerprint.ts";
import { type Limits, overLimit } from "../../config/limits.ts";
import type { BodyLine } from "../body/body-lines.ts";
import { checkEvents, partLimits } from "./event-limits.ts";

/** The error of one line of an import. */
export interface LineError {
  readonly line: number;
  readonly error: string;
}

/** The events of a line, which are recorded together or not at all. */
export interface LineUnit {
  readonly line: number;
  readonly unit: readonly EventReport[];
  /** Whether the line has a `received_at`, as lines of an export have. */
  readonly isExported: boolean;
}

/** Consecutive lines of an import that are appended in one call. */
export interface EventBatch {
  /** How many lines are not blank. */
  readonly received: number;
  /** How many of those are traces of wipes or changes of freshness, which an export contains and an import does not record. */
  readonly skipped: number;
  readonly units: readonly LineUnit[];
  readonly errors: readonly LineError[];
  /** How many more lines are wrong, without an error here. */
  readonly unlisted: number;
  readonly lastLine: number;
  /** The size of the lines as they were sent, or of their events if `partitions` make that larger. */
  readonly bytes: number;
}

const linesPerBatch = 500;
/** A few more lines make no batch of their own: each batch costs the acknowledging thread a fifth of a millisecond. */
const linesOfLast = 1.5 * linesPerBatch;
/** Including lines that are wrong, which cost less. */
const mostLinesPerBatch = 3000;
const bytesPerBatch = 1 << 20;
const shortestLine = '{"type":"ASSET_WIPED"}'.length;

interface BatchReaderOptions {
  readonly limits: Limits;
  /** The clock, in milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** How many wrong lines get an error. The first ones do. */
  readonly mostErrors: number;
}

/** Reads the lines of one import into batches. Each is small, so that single reports get in between. */
export function createBatchReader(options: BatchReaderOptions): (lines: readonly BodyLine[]) => Generator<EventBatch> {
  let left = options.mostErrors;
  return function* readBatches(lines) {
    const now = options.now();
    for (let start = 0; start < lines.length; ) {
      const batch = readBatch(lines, start, now, options.limits, left);
      left -= batch.errors.length;
      yield batch;
      start += batch.received;
    }
  };
}

function readBatch(
  lines: readonly BodyLine[],
  start: number,
  now: number,
  limits: Limits,
  mostErrors: number,
): EventBatch {
  const units: LineUnit[] = [];
  const errors: LineError[] = [];
  const end = Math.min(lines.length, start + mostLinesPerBatch);
  const most = lines.length - start <= linesOfLast ? linesOfLast : linesPerBatch;
  let at = start;
  let skipped = 0;
  let unlisted = 0;
  let bytes = 0;
  for (; at < end && units.length + skipped < most && bytes < bytesPerBatch; at++) {
    const line = lines[at];
    if (line === undefined) break;
    const isListed = errors.length < mostErrors;
    if ("error" in line) {
      if (isListed) errors.push({ line: line.number, error: line.error });
      else unlisted++;
      continue;
    }
    const { number, text } = line;
    // No line so short is right. A body may hold millions of them, and counting is cheaper than parsing.
    if (!isListed && text.length < shortestLine) {
      unlisted++;
      bytes += text.length;
      continue;
    }
    try {
      const { unit, size, isExported } = readLine(text, now, limits);
      if (unit === undefined) skipped++;
      else units.push({ line: number, unit, isExported });
      bytes += Math.max(text.length, size);
    } catch (error) {
      const sentence = sentenceOf(error);
      if (isListed) errors.push({ line: number, error: sentence });
      else unlisted++;
      bytes += text.length;
    }
  }
  return { received: at - start, skipped, units, errors, unlisted, lastLine: lines[at - 1]?.number ?? 0, bytes };
}

interface LineEvents {
  /** Undefined for what no client reports: the trace of a wipe, a change of freshness. */
  readonly unit: readonly EventReport[] | undefined;
  /** In bytes. */
  readonly size: number;
  readonly isExported: boolean;
}

/** Throws InvalidEventError or JsonSyntaxError. */
function readLine(text: string, now: number, limits: Limits): LineEvents {
  const json = parseLine(text.startsWith("\ufeff") ? text.slice(1) : text, limits);
  if (isSkipped(json)) return { unit: undefined, size: 0, isExported: true };
  const unit = parseEventInput(json, { now });
  const bound = checkEvents(unit, limits);
  const size = bound > limits.batchBytes ? checkEvents(unit, limits, "exact") : bound;
  const problem = tooMuchAsOne(unit.length, size, limits);
  if (problem !== undefined) throw new InvalidEventError("partitions", problem);
  const isExported = unit.length === 1 && isJsonObject(json) && typeof json.received_at === "string";
  return { unit: isExported ? unit.map(underSentKey) : unit, size, isExported };
}

function parseLine(json: string, limits: Limits): JsonValue {
  if (json.length <= largeText) return parseJson(json, { maxDepth: maxEventDepth });
  return scanOneEvent(
    json,
    partLimits(limits, (problem) => new InvalidEventError("partitions", problem)),
  );
}

/** The error of more events, or more bytes, than one transaction may have; undefined within the limits. */
export function tooMuchAsOne(events: number, bytes: number, limits: Limits): string | undefined {
  if (events > limits.batchEvents) return overLimit("What is to be recorded as one", events, "batchEvents", limits);
  if (bytes > limits.batchBytes) return overLimit("What is to be recorded as one", bytes, "batchBytes", limits);
  return undefined;
}

function isSkipped(json: JsonValue): boolean {
  return isJsonObject(json) && (json.type === "ASSET_WIPED" || json.type === "FRESHNESS_STATE_CHANGE");
}

function sentenceOf(error: unknown): string {
  if (error instanceof InvalidEventError) return error.message;
  // The message says "line 1", which would contradict the number of the line.
  if (error instanceof JsonSyntaxError)
    return `The line is not JSON: ${error.message.replace(/line 1 column/, "column")}.`;
  throw error;
}

// Two logs may use one idempotency key for two events, for example today's date. An import drops neither of them: it
// records the second under a key that includes the fingerprint of its content. That key is the same in every log.

/** The report under a key that includes its content; undefined if that key would be too long. */
export function underContentKey(report: EventReport): EventReport | undefined {
  const { event, idempotencyKey } = report;
  const key = `${idempotencyKey}#${fingerprint(event)}`;
  return idempotencyKey === undefined || key.length > longestIdempotencyKey
    ? undefined
    : { event, idempotencyKey: key };
}

/** The reverse: the report under the key that its sender gave it. That key may be unused here. */
function underSentKey(report: EventReport): EventReport {
  const [key, sent, hash] = /^(.*)#([\da-f]{64})$/s.exec(report.idempotencyKey ?? "") ?? [];
  return key === undefined || hash !== fingerprint(report.event) ? report : { ...report, idempotencyKey: sent };
}
