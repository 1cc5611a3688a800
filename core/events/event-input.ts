import * as v from "valibot";
import { describe } from "../describe.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json/json-value.ts";
import { isLikelyMilliseconds, likelyMilliseconds, mostAhead, parseTime } from "../time.ts";
import { assetKeyOf, checkFields, dataVersionOf, eventFields, type Tags } from "./event-fields.ts";
import { eventInputSchema, expectedFields, longestIdempotencyKey, timeDigits } from "./event-input-schema.ts";
import type { RunlessEvent } from "./events.ts";
import { InvalidEventError } from "./invalid-event-error.ts";
import type { MetadataValue } from "./metadata-value.ts";
import { readMetadata } from "./wire.ts";

/** An event as a sender describes it, and the key under which it is recorded only once. */
export interface EventReport {
  readonly event: RunlessEvent;
  readonly idempotencyKey: string | undefined;
}

interface EventInputOptions {
  /**
   * Milliseconds since 1970 UTC. A timestamp more than 24 hours later is refused, unless a log has already recorded the
   * event.
   */
  readonly now: number;
}

/**
 * The events that one JSON object of the native API reports: one, or one for each of `partitions`. Fields that only an
 * export writes are accepted (`id`, `received_at`, `reported_by`, and a `data_version` that the tags hold too). Throws
 * InvalidEventError, and nothing else.
 */
export function parseEventInput(input: JsonValue, { now }: EventInputOptions): readonly EventReport[] {
  const fields = readFields(input);
  const { timestamp, partitions, idempotency_key: key } = fields;
  assertNotFarAhead(timestamp, { now, receivedAt: receiptOf(fields) });
  const event = buildEvent(fields);
  if (partitions === null) return [{ event, idempotencyKey: key ?? undefined }];
  if (event.partition !== null) {
    throw new InvalidEventError("partitions", "An event has the field partition or the field partitions, not both.");
  }
  return partitions.map((partition) => ({
    event: { ...event, partition: partition.toWellFormed() },
    idempotencyKey: key === null ? undefined : partitionKey(key, partition),
  }));
}

type Fields = v.InferOutput<typeof eventInputSchema>;

const fieldNames = new Set(eventInputSchema.options.flatMap(({ entries }) => Object.keys(entries)));
// Only the log that records an event says who reported it.
const namedFields = [...fieldNames].filter((name) => name !== "reported_by").join(", ");

/** When a log received the event, if it comes from an export. That log's clock has already judged the timestamp. */
function receiptOf({ id, received_at: receivedAt }: Fields): number | undefined {
  return Number.isSafeInteger(id) && typeof receivedAt === "string" ? parseTime(receivedAt) : undefined;
}

function readFields(input: JsonValue): Fields {
  if (!isJsonObject(input)) throw new InvalidEventError("", `An event is a JSON object. Got ${describe(input)}.`);
  // Before unknown fields are named: an export has a field of its own for this type.
  if (input.type === "FRESHNESS_STATE_CHANGE") throw wrongField("type", input);
  const unknown = Object.keys(input).find((name) => !fieldNames.has(name));
  if (unknown !== undefined) {
    const shown = JSON.stringify(unknown.slice(0, 100));
    throw new InvalidEventError(unknown, `An event has no field ${shown}. Those there are: ${namedFields}.`);
  }
  const result = v.safeParse(eventInputSchema, input, { abortEarly: true });
  if (result.success) return result.output;
  throw wrongField(String(result.issues[0].path?.[0]?.key ?? ""), input);
}

function wrongField(name: string, input: JsonObject): InvalidEventError {
  const came = Object.hasOwn(input, name) ? describe(input[name]) : "nothing";
  if (name === "timestamp" && isLikelyMilliseconds(timeDigits(input[name]))) {
    throw new InvalidEventError(name, `The field timestamp: ${likelyMilliseconds}. Got ${came}.`);
  }
  return new InvalidEventError(name, `The field ${name} must be ${expectedFields[name] ?? "left out"}. Got ${came}.`);
}

function buildEvent(fields: Fields): RunlessEvent {
  const { partition, timestamp, description, metadata } = fields;
  const input = { partition, timestamp, description, metadata, ...versionAndTags(fields) };
  const common = eventFields(assetKeyOf(fields.asset_key), input, readValue);
  if (fields.type !== "ASSET_CHECK_EVALUATION") return { type: fields.type, ...common };
  const { check_name: checkName, passed, severity } = fields;
  return { type: fields.type, ...common, ...checkFields({ checkName, passed, severity }) };
}

interface VersionAndTags {
  readonly dataVersion: JsonValue;
  readonly tags: Tags | null;
}

// An export says the data version twice. Then the tags are kept as they are: an import must not add to them.
function versionAndTags({ data_version: dataVersion, tags }: Fields): VersionAndTags {
  const tagged = tags === null ? null : dataVersionOf({ tags });
  if (tagged === null || dataVersion === null) return { dataVersion, tags };
  if (tagged === dataVersion) return { dataVersion: null, tags };
  const came = `${describe(dataVersion)} beside ${describe(tagged)}`;
  throw new InvalidEventError(
    "data_version",
    `The field data_version must be what the tag dagster/data_version says, where both are given. Got ${came}.`,
  );
}

function readValue(value: unknown): MetadataValue {
  const wire = { value: value as JsonValue }; // a member of parsed JSON
  return readMetadata(wire).value ?? { type: "null", rawValue: null };
}

/**
 * A key for each partition: the JSON of the pair, which no other pair has. It does not depend on the other partitions.
 */
function partitionKey(key: string, partition: string): string {
  const pair = JSON.stringify([key, partition]);
  if (pair.length <= longestIdempotencyKey) return pair;
  const limit = `at most ${longestIdempotencyKey} characters together with each of partitions, as a JSON array`;
  throw new InvalidEventError("idempotency_key", `The field idempotency_key must have ${limit}. Got ${pair.length}.`);
}

/** The clocks that an event's timestamp is judged by. Times are milliseconds since 1970 UTC. */
interface TimestampBounds {
  readonly now: number;
  /** When a log received the event, if one has recorded it already. Its clock may have been ahead of this one. */
  readonly receivedAt?: number | undefined;
}

/**
 * Throws InvalidEventError if a timestamp is more than 24 hours ahead of the clock: such an event would stay the latest
 * of its asset until that time.
 */
export function assertNotFarAhead(timestamp: number | null, { now, receivedAt = now }: TimestampBounds): void {
  if (timestamp === null || timestamp <= Math.max(now, receivedAt) + mostAhead) return;
  const [given, clock] = [timestamp, now].map((time) => new Date(time).toISOString());
  const problem = "must be at most 24 hours ahead of the clock";
  throw new InvalidEventError("timestamp", `The field timestamp ${problem}. Got ${given}, and it is ${clock}.`);
}
