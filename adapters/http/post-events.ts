import type { Context } from "hono";
import { parseEventInput } from "../../core/event-input.ts";
import { InvalidEventError, JsonSyntaxError, type JsonValue, parseJson } from "../../core/index.ts";
import { maxEventDepth } from "../../core/json.ts";
import { isArray, isJsonObject } from "../../core/json-value.ts";
import { conflictSentence } from "../../storage/conflict-sentence.ts";
import { type AppendedEvent, EventLogError, type Unit } from "../../storage/index.ts";
import type { Limits } from "../limits.ts";
import type { AppDeps, AppEnv } from "./app-deps.ts";
import { tooMuchAsOne } from "./event-batch.ts";
import { checkEvents } from "./event-limits.ts";
import { HttpError } from "./http-error.ts";
import { readIdempotencyKey } from "./idempotency-key.ts";
import { respond } from "./json-response.ts";
import { readBody, readBodyBySize } from "./read-body.ts";
import type { Room } from "./room.ts";

const mostErrors = 100;

interface IndexError {
  readonly index: number;
  readonly error: string;
}

/** Records one event, or an array of them as one: all or none. */
export async function postEvents(
  c: Context<AppEnv>,
  { config: { limits }, now = Date.now, forwarder }: AppDeps,
  room: Room,
): Promise<Response> {
  const request = c.req.raw;
  const key = readIdempotencyKey(request.headers); // before the body, which it may be wrong for
  const record = async (text: string) => recordInputs(c, text, { key, limits, now: now() });
  if (forwarder === undefined) return record(await readBody(request, limits, room));
  const call = { caller: c.get("caller"), recheck: () => c.get("log").recheck() };
  const large = (body: ArrayBuffer, onAppend: () => void) => forwarder.answer(request, { ...call, body, onAppend });
  return readBodyBySize(request, limits, room, { small: record, large });
}

interface Recording {
  readonly key: string | undefined;
  readonly limits: Limits;
  readonly now: number;
}

async function recordInputs(c: Context<AppEnv>, text: string, { key, limits, now }: Recording): Promise<Response> {
  const json = readJson(text);
  if (isArray(json) && key !== undefined) {
    throw new HttpError(400, "Idempotency-Key is for one event; give each event of an array its own idempotency_key.");
  }
  const inputs = isArray(json) ? json : [key === undefined ? json : withKey(json, key)];
  const { unit, indexes } = readInputs(inputs, now, limits, isArray(json));
  const [result] =
    unit.length === 0 ? [{ status: "recorded", events: [] } as const] : await c.get("log").append([unit]);
  if (result?.status === "recorded") {
    const isOne = !isArray(json) && isJsonObject(json) && (json.partitions ?? null) === null;
    return respond(isOne ? result.events[0] : summary(result.events));
  }
  if (result?.status === "conflict") {
    const index = indexes[result.index] ?? 0;
    const error = conflictSentence(unit[result.index]?.idempotencyKey, result.id);
    if (!isArray(json)) throw new HttpError(422, error);
    const problem = `Nothing was recorded. The event at index ${index}: ${error}`;
    throw new HttpError(422, problem, {}, { errors: [{ index, error }] });
  }
  const why = result?.message ?? "the event log gave no result";
  throw new EventLogError("rejected", `Nothing was recorded: ${why}`);
}

function readJson(text: string): JsonValue {
  try {
    return parseJson(text.startsWith("\ufeff") ? text.slice(1) : text, { maxDepth: maxEventDepth });
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new HttpError(400, `The body must be an event or an array of events, as JSON: ${error.message}.`);
  }
}

/** The header says the same as the field, so they must not say two things. */
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
}

function readInputs(inputs: readonly JsonValue[], now: number, limits: Limits, byIndex: boolean): Inputs {
  assertNotTooMuch(inputs.length, 0, limits);
  const errors: IndexError[] = [];
  let bytes = 0;
  const events = inputs.flatMap((input, index) => {
    try {
      const reports = parseEventInput(input, { now });
      bytes += checkEvents(reports, limits);
      return reports.map((report) => ({ report, index }));
    } catch (error) {
      if (!(error instanceof InvalidEventError) || !byIndex) throw error;
      errors.push({ index, error: error.message });
      return [];
    }
  });
  assertNotTooMuch(events.length, bytes, limits);
  const [first] = errors;
  if (first === undefined) {
    return { unit: events.map(({ report }) => report), indexes: events.map(({ index }) => index) };
  }
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
