import * as v from "valibot";
import {
  isJsonNumber,
  isJsonObject,
  isNumberText,
  isStringMap,
  type JsonValue,
  numberText,
} from "../json/json-value.ts";
import { expectedTime, isLikelyMilliseconds, parseTime } from "../time.ts";

/** How many characters the field `idempotency_key` may have. The header `Idempotency-Key` has a limit of its own. */
export const longestIdempotencyKey = 1024;

/** What each field of the native event input must be, for the sentence that names a mistake. */
export const expectedFields: Readonly<Record<string, string>> = {
  type: "ASSET_MATERIALIZATION, ASSET_OBSERVATION or ASSET_CHECK_EVALUATION",
  asset_key: "parts joined by / or an array of strings, with a part that is not empty",
  partition: "a string",
  partitions: "an array of strings, at least one, no two alike",
  timestamp: expectedTime,
  description: "a string",
  data_version: "a string, a number or a boolean",
  tags: "an object of strings",
  metadata: "an object",
  check_name: "a string, and only for ASSET_CHECK_EVALUATION",
  passed: "true or false, and only for ASSET_CHECK_EVALUATION",
  severity: "WARN or ERROR, and only for ASSET_CHECK_EVALUATION",
  idempotency_key: `a string of 1 to ${longestIdempotencyKey} characters`,
};

/** The JSON schema of checks and transformations, which a generator can't derive. */
const described = <Input>(jsonSchema: object) => v.metadata<Input, { readonly jsonSchema: object }>({ jsonSchema });

// A null is an absent field: senders in typed languages write one for each field that they leave open.
const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.nullish(schema, null);
const onlyForChecks = v.nullish(v.null(), null);
/** A field that an export writes. Only the log that records an event can know its value. */
const ignored = v.optional(v.unknown());

const days = [
  "[0-9]{4}-(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])",
  "[0-9]{4}-(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)",
  "[0-9]{4}-02-(?:0[1-9]|1[0-9]|2[0-8])",
  "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29",
].join("|");
const clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?";
const zone = " ?(?:[Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)";
const leapSecond = "23:59:60(?:[.,][0-9]+)? ?(?:[Zz]|[+-]00(?::?00)?)";

/**
 * A time as JSON Schema can say it. It leaves out years of six digits and leap seconds in other zones, which are read
 * too.
 */
export const timeText = {
  type: "string",
  pattern: `^(?:(?:${days})[Tt ](?:${clock}${zone}|${leapSecond})|-?[0-9]{1,11}(?:[.][0-9]+)?)$`,
  description: "RFC 3339, as 2026-11-30T05:50:00Z, or seconds since 1970.",
} as const;

const time = v.pipe(
  v.custom<JsonValue>((value) => typeof value === "string" || isJsonNumber(value)),
  described({
    anyOf: [
      timeText,
      { type: "number", exclusiveMinimum: -1e11, exclusiveMaximum: 1e11, description: "Seconds since 1970." },
    ],
    description:
      "When it happened, at most 24 hours ahead of the clock, or of the `received_at` that an export gives beside the `id`. " +
      "Default: the clock of the server.",
  }),
  v.transform((value) => timeDigits(value)),
  v.transform((text) => (isLikelyMilliseconds(text) ? undefined : parseTime(text))),
  v.number(),
);

/** A time as it came. A number is given by its digits. */
export function timeDigits(value: unknown): string {
  return typeof value === "string" ? value : plainDigits(value);
}

// JSON may write seconds with an exponent, and so does JavaScript if they are close to zero.
function plainDigits(value: unknown): string {
  const digits = isNumberText(value) ? value[numberText] : String(value);
  if (!/e/i.test(digits)) return digits;
  const plain = String(Number(digits));
  return plain.includes("e-") ? Number(digits).toFixed(20) : plain;
}

const fields = {
  id: ignored,
  asset_key: v.pipe(
    v.union([v.string(), v.array(v.string())]),
    described({
      anyOf: [
        { type: "string", pattern: "[^/]" },
        { type: "array", items: { type: "string" }, contains: { type: "string", minLength: 1 } },
      ],
      description: "Parts joined by `/`, or an array of them. At least one is not empty.",
    }),
  ),
  partition: optional(v.string()),
  partitions: optional(
    v.pipe(
      v.array(v.string()),
      v.minLength(1),
      v.check((names) => new Set(names).size === names.length),
      described({
        type: "array",
        items: { type: "string" },
        minItems: 1,
        uniqueItems: true,
        description: "One event for each, recorded together or not at all. Instead of `partition`.",
      }),
    ),
  ),
  timestamp: optional(time),
  received_at: ignored,
  reported_by: ignored,
  description: optional(v.string()),
  data_version: optional(
    v.pipe(
      v.custom<JsonValue>((value) => typeof value === "string" || typeof value === "boolean" || isJsonNumber(value)),
      described({ type: ["string", "number", "boolean"] }),
    ),
  ),
  // Not valibot's record(): it drops `__proto__`.
  tags: optional(
    v.pipe(
      v.custom<Readonly<Record<string, string>>>(isStringMap),
      described({ type: "object", additionalProperties: { type: "string" } }),
    ),
  ),
  metadata: optional(
    v.pipe(
      v.custom<Readonly<Record<string, JsonValue>>>((value) => isJsonObject(value as JsonValue)),
      described({
        type: "object",
        description: 'Plain values, typed as Dagster would, or `{"type": "url", "raw_value": "https://…"}`.',
      }),
    ),
  ),
  idempotency_key: optional(v.pipe(v.string(), v.minLength(1), v.maxLength(longestIdempotencyKey))),
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
