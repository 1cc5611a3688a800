import { type EventReport, InvalidEventError, JsonSyntaxError, parseEventInput, parseJson } from "../../core/index.ts";
import { maxEventDepth } from "../../core/json.ts";
import { isJsonObject, type JsonValue } from "../../core/json-value.ts";
import type { BodyLine } from "./body-lines.ts";
import { underSentKey } from "./content-key.ts";

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
      const found = readLine(line.text, now);
      if (found === undefined) skipped++;
      else units.push({ line: line.number, ...found });
    } catch (error) {
      errors.push({ line: line.number, error: sentenceOf(error) });
    }
  }
  return { received: lines.length, skipped, units, errors, lastLine: lines.at(-1)?.number ?? 0 };
}

/** The events of a line, or undefined for the trace of a wipe. Throws InvalidEventError or JsonSyntaxError. */
function readLine(text: string, now: number): Omit<LineUnit, "line"> | undefined {
  const json = parseJson(text.startsWith("\ufeff") ? text.slice(1) : text, { maxDepth: maxEventDepth });
  if (isWipeTrace(json)) return undefined;
  const unit = parseEventInput(json, { now });
  if (unit.length > mostEventsOfUnit) throw new InvalidEventError("", tooManyEvents(unit.length));
  const isExported = unit.length === 1 && isJsonObject(json) && typeof json.received_at === "string";
  return { unit: isExported ? unit.map(underSentKey) : unit, isExported };
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
