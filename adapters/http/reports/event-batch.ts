import { type EventReport, parseEventInput } from "../../../core/events/event-input.ts";
import { scanOneEvent } from "../../../core/events/scanned-input.ts";
import { InvalidEventError, JsonSyntaxError, parseJson } from "../../../core/index.ts";
import { maxEventDepth } from "../../../core/json/json.ts";
import { largeText } from "../../../core/json/json-text.ts";
import { isJsonObject, type JsonValue } from "../../../core/json/json-value.ts";
import { type Limits, overLimit } from "../../config/limits.ts";
import type { BodyLine } from "../body/body-lines.ts";
import { underSentKey } from "./content-key.ts";
import { checkEvents, partLimits } from "./event-limits.ts";

/** What is wrong with one line of an import. */
export interface LineError {
  readonly line: number;
  readonly error: string;
}

/** A line's events, which are recorded together or not at all. */
export interface LineUnit {
  readonly line: number;
  readonly unit: readonly EventReport[];
  /** True where the line says when a log received the event, as those of an export do. */
  readonly isExported: boolean;
}

/** Consecutive lines of an import that go to the log in one call. */
export interface EventBatch {
  /** Lines that are not blank. */
  readonly received: number;
  /** Of those, the traces of wipes that an export carries: they are no events to record. */
  readonly skipped: number;
  readonly units: readonly LineUnit[];
  readonly errors: readonly LineError[];
  /** How many lines more are wrong, of which nothing is said. */
  readonly unlisted: number;
  readonly lastLine: number;
  /** Of the lines as they were sent, or of their events where `partitions` make them more. */
  readonly bytes: number;
}

const linesPerBatch = 500;
/** A few lines more are no batch of their own: each costs the thread that acknowledges a fifth of a millisecond. */
const linesOfLast = 1.5 * linesPerBatch;
/** Those that are wrong included, which cost less. */
const mostLinesPerBatch = 3000;
const bytesPerBatch = 1 << 20;
const shortestLine = '{"type":"ASSET_WIPED"}'.length;

export interface BatchReaderOptions {
  readonly limits: Limits;
  /** The clock, in milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Of how many wrong lines it is said what is wrong with them: the first ones. */
  readonly mostErrors: number;
}

/** Reads the lines of one import into batches, each small enough for single reports to get in between. */
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
    // Nothing so short is right. Millions of such lines fit into a body, and to say why costs more than to count them.
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
  /** Undefined for the trace of a wipe. */
  readonly unit: readonly EventReport[] | undefined;
  /** In bytes. */
  readonly size: number;
  readonly isExported: boolean;
}

/** Throws InvalidEventError or JsonSyntaxError. */
function readLine(text: string, now: number, limits: Limits): LineEvents {
  const json = parseLine(text.startsWith("\ufeff") ? text.slice(1) : text, limits);
  if (isWipeTrace(json)) return { unit: undefined, size: 0, isExported: true };
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

/** Why these are too many events, or too large together, for one transaction; undefined where they are not. */
export function tooMuchAsOne(events: number, bytes: number, limits: Limits): string | undefined {
  if (events > limits.batchEvents) return overLimit("What is to be recorded as one", events, "batchEvents", limits);
  if (bytes > limits.batchBytes) return overLimit("What is to be recorded as one", bytes, "batchBytes", limits);
  return undefined;
}

function isWipeTrace(json: JsonValue): boolean {
  return isJsonObject(json) && json.type === "ASSET_WIPED";
}

function sentenceOf(error: unknown): string {
  if (error instanceof InvalidEventError) return error.message;
  // The position in the text says "line 1", which beside the line's own number would mislead.
  if (error instanceof JsonSyntaxError)
    return `The line is not JSON: ${error.message.replace(/line 1 column/, "column")}.`;
  throw error;
}
