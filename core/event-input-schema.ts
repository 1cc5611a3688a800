import * as v from "valibot";
import { isArray, isJsonNumber, isJsonObject, isNumberText, type JsonValue, numberText } from "./json-value.ts";
import { parseTime } from "./time.ts";

/** What each field of the native event input must be, for the sentence that says what is wrong. */
export const expectedFields: Readonly<Record<string, string>> = {
  type: "ASSET_MATERIALIZATION, ASSET_OBSERVATION or ASSET_CHECK_EVALUATION",
  asset_key: "parts joined by / or an array of strings, with a part that is not empty",
  partition: "a string",
  partitions: "an array of strings, at least one, no two alike",
  timestamp: "a time: ISO 8601 with a zone, or seconds since 1970",
  description: "a string",
  data_version: "a string, a number or a boolean",
  tags: "an object of strings",
  metadata: "an object",
  check_name: "a string, and only for ASSET_CHECK_EVALUATION",
  passed: "true or false, and only for ASSET_CHECK_EVALUATION",
  severity: "WARN or ERROR, and only for ASSET_CHECK_EVALUATION",
  idempotency_key: "a string of 1 to 1024 characters",
};

// A null is an absent field: senders in typed languages write one for whatever they leave open.
const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.nullish(schema, null);
const onlyForChecks = v.nullish(v.null(), null);
/** What an export writes and only the log that records an event can know. */
const ignored = v.optional(v.unknown());

const time = v.pipe(
  v.custom<JsonValue>((value) => typeof value === "string" || isJsonNumber(value)),
  v.transform((value) => parseTime(isNumberText(value) ? plainDigits(value[numberText]) : String(value))),
  v.number(),
);

// JSON may write seconds with an exponent.
function plainDigits(digits: string): string {
  return /e/i.test(digits) ? String(Number(digits)) : digits;
}

const fields = {
  id: ignored,
  asset_key: v.union([v.string(), v.array(v.string())]),
  partition: optional(v.string()),
  partitions: optional(
    v.pipe(
      v.array(v.string()),
      v.minLength(1),
      v.check((names) => new Set(names).size === names.length),
    ),
  ),
  timestamp: optional(time),
  received_at: ignored,
  description: optional(v.string()),
  data_version: optional(
    v.custom<JsonValue>((value) => typeof value === "string" || typeof value === "boolean" || isJsonNumber(value)),
  ),
  // Not valibot's record(): it drops `__proto__`.
  tags: optional(v.custom<Readonly<Record<string, string>>>(isStringMap)),
  metadata: optional(v.custom<Readonly<Record<string, JsonValue>>>((value) => isJsonObject(value as JsonValue))),
  idempotency_key: optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1024))),
};

/** One event as `POST /api/v1/events` takes it. */
export const eventInputSchema = v.variant("type", [
  v.strictObject({
    type: v.picklist(["ASSET_MATERIALIZATION", "ASSET_OBSERVATION"]),
    ...fields,
    check_name: onlyForChecks,
    passed: onlyForChecks,
    severity: onlyForChecks,
  }),
  v.strictObject({
    type: v.literal("ASSET_CHECK_EVALUATION"),
    ...fields,
    check_name: v.string(),
    passed: v.boolean(),
    severity: optional(v.picklist(["WARN", "ERROR"])),
  }),
]);

function isStringMap(value: unknown): boolean {
  const json = value as JsonValue; // a guess that isJsonObject checks
  return !isArray(json) && isJsonObject(json) && Object.values(json).every((tag) => typeof tag === "string");
}
