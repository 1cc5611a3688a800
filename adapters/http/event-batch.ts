import { type EventReport, parseEventInput } from "../../core/event-input.ts";
import { InvalidEventError, JsonSyntaxError, parseJson } from "../../core/index.ts";
import { maxEventDepth } from "../../core/json.ts";
import { isJsonObject, type JsonValue } from "../../core/json-value.ts";
import type { BodyLine } from "./body-lines.ts";

/** What is wrong with one line of an import. */
export interface LineError {
  readonly line: number;
  readonly error: string;
}

/** A line's events, which are recorded together or not at all. */
export interface LineUnit {
  readonly line: number;
  readonly unit: readonly EventReport[];
}

/** Consecutive lines of an import that go to the log in one call. */
export interface EventBatch {
  /** Lines that are not blank. */
  readonly received: number;
  /** Of those, the traces of wipes that an export carries: they are no events to record. */
  readonly skipped: number;
  readonly units: readonly LineUnit[];
  readonly errors: readonly LineError[];
  readonly lastLine: number;
  readonly characters: number;
}

/** The most events that one line, one array or one list of partitions may hold: they share a transaction. */
export const mostEventsOfUnit = 10_000;
const linesPerBatch = 500;
const charactersPerBatch = 1 << 20;

/** Reads lines into batches, each small enough for single reports to get in between. */
export function* readBatches(lines: readonly BodyLine[], now: number): Generator<EventBatch> {
  for (let start = 0; start < lines.length; ) {
    let end = start;
    let characters = 0;
    while (end < lines.length && end - start < linesPerBatch && characters < charactersPerBatch) {
      const line = lines[end++];
      if (line !== undefined && "text" in line) characters += line.text.length;
    }
    yield { ...readBatch(lines.slice(start, end), now), characters };
    start = end;
  }
}

function readBatch(lines: readonly BodyLine[], now: number): Omit<EventBatch, "characters"> {
  const units: LineUnit[] = [];
  const errors: LineError[] = [];
  let skipped = 0;
  for (const line of lines) {
    if ("error" in line) {
      errors.push({ line: line.number, error: line.error });
      continue;
    }
    try {
      const unit = readLine(line.text, now);
      if (unit === undefined) skipped++;
      else units.push({ line: line.number, unit });
    } catch (error) {
      errors.push({ line: line.number, error: sentenceOf(error) });
    }
  }
  return { received: lines.length, skipped, units, errors, lastLine: lines.at(-1)?.number ?? 0 };
}

/** The events of a line, or undefined for the trace of a wipe. */
function readLine(text: string, now: number): readonly EventReport[] | undefined {
  const json = parseJson(text.startsWith("\ufeff") ? text.slice(1) : text, { maxDepth: maxEventDepth });
  if (isWipeTrace(json)) return undefined;
  return readUnit([json], now);
}

/** Throws InvalidEventError for the first input that is wrong, and where they are too many. */
export function readUnit(inputs: readonly JsonValue[], now: number): readonly EventReport[] {
  const unit = inputs.flatMap((input) => parseEventInput(input, { now }));
  if (unit.length <= mostEventsOfUnit) return unit;
  throw new InvalidEventError("", tooManyEvents(unit.length));
}

export function tooManyEvents(count: number): string {
  return `At most ${mostEventsOfUnit} events can be recorded as one. Got ${count}: send less, or lines of application/x-ndjson.`;
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
