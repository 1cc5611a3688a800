import * as v from "valibot";
import { type AssetKey, namedKey, parseAssetKey } from "../asset-key.ts";
import { durationPattern } from "../freshness/duration.ts";

/** The JSON Schema of a part, which can't be derived from its checks and transformations. */
const described = <Input>(jsonSchema: object) => v.metadata<Input, { readonly jsonSchema: object }>({ jsonSchema });

// A lone surrogate would crash the process in the database's driver. JSON Schemas ignore what follows a transformation.
const wellFormed = v.transform<string, string>((value) => value.toWellFormed());

/** A string. `expected` is the sentence about a wrong value; `jsonSchema` adds to its JSON Schema. */
const text = (expected: string, jsonSchema: object = {}) =>
  v.pipe(v.string(expected), described({ type: "string", ...jsonSchema }), wellFormed);
const filled = (expected: string, jsonSchema: object = {}) =>
  v.pipe(
    v.string(expected),
    v.nonEmpty(expected),
    described({ type: "string", minLength: 1, ...jsonSchema }),
    wellFormed,
  );
const listOf = <Schema extends v.GenericSchema<string, string>>(item: Schema, expected: string) =>
  v.pipe(
    v.array(item, expected),
    v.check((items) => new Set(items).size === items.length, "write each only once"),
    described({ type: "array", items: { type: "string", minLength: 1 }, uniqueItems: true }),
  );

const keyShape = {
  anyOf: [
    { type: "string", pattern: "[^/]" },
    { type: "array", items: { type: "string" }, contains: { type: "string", minLength: 1 } },
  ],
};
function readKey(key: string | readonly string[]): AssetKey | undefined {
  return typeof key === "string" ? parseAssetKey(key) : namedKey(key.map((part) => part.toWellFormed()));
}

const assetKey = (expected: string) =>
  v.pipe(
    v.custom<string | readonly string[]>(
      (value) => typeof value === "string" || (Array.isArray(value) && value.every((part) => typeof part === "string")),
      expected,
    ),
    described({ ...keyShape, description: "Parts joined by `/`, or a list of them." }),
    v.check((key) => readKey(key) !== undefined, "a key needs a part that is not empty"),
    v.transform((key) => readKey(key) ?? []), // the check before has refused undefined
  );

const duration = text("write a duration, as 30m, 6h or 1d12h", {
  pattern: durationPattern,
  examples: ["30m", "6h", "7d"],
});
const timezone = text("write an IANA name, as Europe/Berlin", {
  description: "An IANA name. An offset knows no summer time.",
  examples: ["Europe/Berlin"],
});
const wholeNumber = v.pipe(v.number("write a whole number"), v.integer("write a whole number"));
const cron = text('write five fields in quotes, as "0 6 * * 1-5"', {
  description: "Five fields, or @daily and its like.",
  examples: ["0 6 * * 1-5"],
});
const moment = text("write it as 2026-01-01, or as fmt has it", { examples: ["2026-01-01", "2026-01-01T06:00"] });

const policyFields = {
  timezone: v.optional(timezone),
  counts: v.optional(
    v.pipe(
      v.array(v.picklist(["materialization", "observation"], "write materialization or observation"), "write a list"),
      v.nonEmpty("write [materialization], or leave it out"),
      described({ type: "array", items: { enum: ["materialization", "observation"] }, minItems: 1, uniqueItems: true }),
    ),
  ),
  lookback: v.optional(v.pipe(wholeNumber, described({ type: "integer", minimum: 1, maximum: 400, default: 3 }))),
  early: v.optional(duration),
};

const freshness = v.variant(
  "type",
  [
    v.strictObject({
      type: v.literal("time_window"),
      warn_window: v.optional(duration),
      fail_window: duration,
      ...policyFields,
    }),
    v.strictObject({
      type: v.literal("cron"),
      deadline_cron: cron,
      lower_bound_delta: duration,
      grace: v.optional(duration),
      ...policyFields,
    }),
  ],
  "write type: time_window or type: cron",
);

const windowFields = {
  timezone: v.optional(timezone),
  fmt: v.optional(filled('write a format in quotes, as "%Y-%m-%d"', { examples: ["%Y-%m-%d"] })),
  start: moment,
  end: v.optional(moment),
  end_offset: v.optional(v.pipe(wholeNumber, described({ type: "integer", minimum: -400, maximum: 400, default: 0 }))),
};

const partitions = v.variant(
  "type",
  [
    v.strictObject({ type: v.picklist(["hourly", "daily", "weekly", "monthly"]), ...windowFields }),
    v.strictObject({ type: v.literal("cron"), cron, ...windowFields }),
    v.strictObject({
      type: v.literal("static"),
      keys: v.pipe(
        listOf(filled("keys are strings"), "write a list of keys"),
        v.nonEmpty("write at least one key"),
        described({
          type: "array",
          items: { type: "string", minLength: 1 },
          minItems: 1,
          maxItems: 10_000,
          uniqueItems: true,
        }),
      ),
      timezone: v.optional(timezone),
    }),
  ],
  "write type: hourly, daily, weekly, monthly, cron or static",
);

const owner = v.pipe(
  filled("an owner is an e-mail address, or team:<name>"),
  v.regex(/^(?:team:.*\S.*|[^\s@]+@[^\s@]+)$/s, "an owner is an e-mail address, or team:<name>"),
);
const isTextMap = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** One definition. parseDefinitions also checks that it has either a key or a prefix, and that its rules are valid. */
export const definitionSchema = v.strictObject({
  key: v.optional(assetKey("write a key as a/b, or as a list of its parts (numbers in quotes)")),
  prefix: v.optional(assetKey("write a prefix as a/b, or as a list of its parts (numbers in quotes)")),
  description: v.optional(text("write a text")),
  owners: v.optional(listOf(owner, "write a list of owners"), []),
  group: v.optional(filled("write a name")),
  // Not valibot's record(), which drops `__proto__`.
  tags: v.optional(
    v.pipe(
      v.custom<Readonly<Record<string, string>>>(isTextMap, "write names and values, as { tier: gold }"),
      v.rawCheck(({ dataset, addIssue }) => {
        if (!dataset.typed) return;
        for (const [name, value] of Object.entries(dataset.value)) {
          if (typeof value === "string") continue;
          const path = [{ type: "object", origin: "value", input: dataset.value, key: name, value }] as const;
          addIssue({ message: "a tag's value is a string", input: value, path: [...path] });
        }
      }),
      described({ type: "object", additionalProperties: { type: "string" } }),
      v.transform((tags) =>
        Object.fromEntries(Object.entries(tags).map((tag) => tag.map((part) => part.toWellFormed()))),
      ),
    ),
    {},
  ),
  kinds: v.optional(listOf(filled("write a name"), "write a list of names"), []),
  deps: v.optional(
    v.array(assetKey("write a key as a/b, or as a list of its parts (numbers in quotes)"), "write a list of keys"),
    [],
  ),
  checks: v.optional(listOf(filled("write a check's name"), "write a list of names"), []),
  partitions: v.optional(partitions),
  freshness: v.optional(freshness),
});

const documentFields = {
  defaults: v.optional(v.strictObject({ timezone: v.optional(timezone) }, "write timezone: and an IANA name below it")),
};

/** A document. Its definitions are parsed one by one, each with `definitionSchema`. */
export const documentSchema = v.strictObject(
  { ...documentFields, assets: v.array(v.unknown(), "write a list of definitions") },
  "write assets: and a list of definitions below it",
);

/**
 * A whole document, for the JSON Schema of the format, which editors use for completion. parseDefinitions checks more than
 * a schema can say. Where a part has `v.metadata({ jsonSchema })`, that replaces the JSON Schema of the checks before it:
 * see tests/core/definitions.
 */
export const definitionsSchema = v.strictObject({
  ...documentFields,
  assets: v.array(
    v.pipe(
      definitionSchema,
      v.check(({ key, prefix }) => (key === undefined) !== (prefix === undefined)),
    ),
  ),
});
