import type { Context } from "hono";
import { parseEventInput } from "../../../core/events/event-input.ts";
import { largeText } from "../../../core/events/json-text.ts";
import { type ScannedEvents, scanEvents } from "../../../core/events/scanned-input.ts";
import {
  type EventReport,
  InvalidEventError,
  JsonSyntaxError,
  type JsonValue,
  parseJson,
} from "../../../core/index.ts";
import { maxEventDepth } from "../../../core/json/json.ts";
import { isArray, isJsonObject } from "../../../core/json/json-value.ts";
import { appendUnit } from "../../../storage/append-event.ts";
import { type AppendedEvent, EventLogError, type Unit } from "../../../storage/index.ts";
import type { Limits } from "../../config/limits.ts";
import type { AppDeps, AppEnv } from "../app-deps.ts";
import { readBody, readBodyBySize } from "../body/read-body.ts";
import { HttpError } from "../http-error.ts";
import { respond } from "../responses.ts";
import type { SharedLimits } from "../shared-limits.ts";
import { tooMuchAsOne } from "./event-batch.ts";
import { checkEvents, partLimits } from "./event-limits.ts";
import { readIdempotencyKey } from "./report-headers.ts";

const mostErrors = 100;

interface IndexError {
  readonly index: number;
  readonly error: string;
}

/** Records one event, or an array of events: all of them or none. */
export async function postEvents(
  c: Context<AppEnv>,
  { config: { limits }, now = Date.now, forwarder }: AppDeps,
  shared: SharedLimits,
): Promise<Response> {
  const request = c.req.raw;
  const key = readIdempotencyKey(request.headers); // before the body, so that a wrong key is refused first
  const record = async (text: string) => recordInputs(c, text, { key, limits, now: now() });
  if (forwarder === undefined) return record(await readBody(request, limits, shared));
  const call = { caller: c.get("caller"), recheck: () => c.get("log").recheck() };
  const large = (body: ArrayBuffer, onAppend: () => void) => forwarder.answer(request, { ...call, body, onAppend });
  return readBodyBySize(request, limits, shared, { small: record, large });
}

interface Recording {
  readonly key: string | undefined;
  readonly limits: Limits;
  readonly now: number;
}

async function recordInputs(c: Context<AppEnv>, text: string, { key, limits, now }: Recording): Promise<Response> {
  const { isArray: isMany, inputs } = parseBody(text, limits);
  if (isMany && key !== undefined) {
    throw new HttpError(400, "Idempotency-Key is for one event; give each event of an array its own idempotency_key.");
  }
  const read = key === undefined ? inputs : inputs.map((input) => () => withKey(input(), key));
  const { unit, indexes, hasPartitions } = readInputs(read, now, limits, isMany);
  const outcome = await appendUnit(c.get("log"), unit);
  if (outcome.status === "recorded") {
    return respond(isMany || hasPartitions ? summary(outcome.events) : outcome.events[0]);
  }
  const { reason } = outcome;
  if (outcome.status === "rejected") throw new EventLogError("rejected", `Nothing was recorded: ${reason}`);
  if (!isMany) throw new HttpError(422, reason);
  const index = indexes[outcome.index] ?? 0;
  const problem = `Nothing was recorded. The event at index ${index}: ${reason}`;
  throw new HttpError(422, problem, {}, { errors: [{ index, error: reason }] });
}

function parseBody(body: string, limits: Limits): ScannedEvents {
  const text = body.startsWith("\ufeff") ? body.slice(1) : body;
  try {
    if (text.length > largeText) {
      return scanEvents(
        text,
        partLimits(limits, (problem) => new HttpError(413, problem)),
      );
    }
    const json = parseJson(text, { maxDepth: maxEventDepth });
    const inputs = isArray(json) ? json : [json];
    return { isArray: isArray(json), inputs: inputs.map((input) => () => input) };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new HttpError(400, `The body must be an event or an array of events, as JSON: ${error.message}.`);
  }
}

/** Adds the key of the header to an event. Throws HttpError 400 if the field has another key. */
function withKey(json: JsonValue, key: string): JsonValue {
  if (!isJsonObject(json)) return json;
  const given = json.idempotency_key ?? null;
  if (given === null || given === key) return { ...json, idempotency_key: key };
  throw new HttpError(400, "Idempotency-Key and the field idempotency_key differ. Leave one of them out.");
}

interface Inputs {
  readonly unit: Unit;
  /** For each event of the unit, which input it came from. */
  readonly indexes: readonly number[];
  /** Whether an input named `partitions`. */
  readonly hasPartitions: boolean;
}

function readInputs(inputs: ScannedEvents["inputs"], now: number, limits: Limits, byIndex: boolean): Inputs {
  assertNotTooMuch(inputs.length, 0, limits);
  const errors: IndexError[] = [];
  const unit: EventReport[] = [];
  const indexes: number[] = [];
  const read: (readonly EventReport[])[] = [];
  let hasPartitions = false;
  let bytes = 0;
  for (const [index, input] of inputs.entries()) {
    try {
      const json = input();
      const reports = parseEventInput(json, { now });
      bytes += checkEvents(reports, limits);
      read.push(reports);
      for (const report of reports) {
        unit.push(report);
        indexes.push(index);
      }
      assertNotTooMuch(unit.length, 0, limits);
      hasPartitions ||= isJsonObject(json) && (json.partitions ?? null) !== null;
    } catch (error) {
      if (!(error instanceof InvalidEventError) || !byIndex) throw error;
      errors.push({ index, error: error.message });
    }
  }
  if (bytes > limits.batchBytes) {
    bytes = read.reduce((sum, reports) => sum + checkEvents(reports, limits, "exact"), 0);
  }
  assertNotTooMuch(unit.length, bytes, limits);
  const [first] = errors;
  if (first === undefined) return { unit, indexes, hasPartitions };
  const problem = `Nothing was recorded: ${errors.length} of ${inputs.length} events are wrong. The one at index ${first.index}: ${first.error}`;
  throw new HttpError(400, problem, {}, { errors: errors.slice(0, mostErrors) });
}

function assertNotTooMuch(events: number, bytes: number, limits: Limits): void {
  const problem = tooMuchAsOne(events, bytes, limits);
  if (problem !== undefined) throw new HttpError(413, problem);
}

function summary(events: readonly AppendedEvent[]) {
  const duplicates = events.filter(({ duplicate }) => duplicate).length;
  return { recorded: events.length - duplicates, duplicates, ids: events.map(({ id }) => id) };
}
