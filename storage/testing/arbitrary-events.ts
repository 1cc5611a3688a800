import fc from "fast-check";
import {
  type AssetKey,
  checkEvaluation,
  type EventOptions,
  float,
  int,
  type JsonValue,
  type MetadataInput,
  materialization,
  observation,
  type RunlessEvent,
  type Tags,
} from "../../core/index.ts";
import type { AssetFilter, EventFilter, NewEvent, Unit, WipeTarget } from "../event-log.ts";

/** Any string a program can hold: control characters, lone surrogates, names that mean something to JavaScript. */
export const arbitraryText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(
    "",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\ufffd",
    "\u{1f600}",
    "__proto__",
    "constructor",
    "1",
    "null",
    "%",
  ),
);

const arbitraryNumber: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.double().map(float),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(int),
);

/** An object with any names, `__proto__` too. */
function arbitraryObject<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Readonly<Record<string, Value>>> {
  return fc.array(fc.tuple(arbitraryText, value), { maxLength: 4 }).map((members) => Object.fromEntries(members));
}

const arbitraryJson: fc.Arbitrary<JsonValue> = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    arbitraryText,
    arbitraryNumber,
    fc.array(tie("json"), { maxLength: 3 }),
    arbitraryObject(tie("json")),
  ),
})).json;

const arbitraryMetadata: fc.Arbitrary<MetadataInput> = arbitraryObject(
  fc.oneof(
    arbitraryJson,
    fc.record({ type: fc.constantFrom("url", "path", "md", "notebook", "dagster_run"), rawValue: arbitraryText }),
    fc.record({ type: fc.constantFrom("json", "table"), rawValue: arbitraryJson }),
    fc.record({ type: fc.constant("timestamp"), rawValue: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  ),
);

const arbitraryTags: fc.Arbitrary<Tags> = arbitraryObject(arbitraryText);

// Few names, so that events often share one. Some differ so little that a careless store would confuse them.
const keys: readonly AssetKey[] = [
  ["a"],
  ["a", "b"],
  ["a/b"],
  ["ab"],
  ["a\u0000b"],
  ["a", ""],
  ["", "a"],
  ["\uffee"],
  ["\u{1f600}"],
];
const names: readonly string[] = ["", "p", "P", "p\u0000", "p\u0000q", "1", "\uffee", "\u{1f600}"];
const times = [-1, 0, 1, 1_000, Date.UTC(2026, 10, 23), 8.64e15, -8.64e15];

export const arbitraryKey = fc.constantFrom(...keys);
const anyKey = fc
  .array(arbitraryText, { minLength: 1, maxLength: 3 })
  .filter((parts) => parts.some((part) => part !== ""));
const arbitraryName = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...names) },
  { weight: 1, arbitrary: arbitraryText },
);
const arbitraryTime = fc.oneof(fc.constantFrom(...times), fc.integer({ min: 0, max: 5 }));
const orNull = <Value>(value: fc.Arbitrary<Value>, freq = 2) => fc.option(value, { freq });

const arbitraryOptions: fc.Arbitrary<EventOptions> = fc.record({
  partition: orNull(arbitraryName),
  timestamp: orNull(arbitraryTime),
  description: orNull(arbitraryText, 1),
  dataVersion: orNull(arbitraryName),
  tags: orNull(arbitraryTags, 1),
  metadata: orNull(arbitraryMetadata, 1),
});

export const arbitraryEvent: fc.Arbitrary<RunlessEvent> = fc
  .record({
    type: fc.constantFrom("materialization", "observation", "check"),
    key: fc.oneof({ weight: 9, arbitrary: arbitraryKey }, { weight: 1, arbitrary: anyKey }),
    options: arbitraryOptions,
    checkName: arbitraryName,
    passed: fc.boolean(),
    severity: fc.constantFrom("WARN", "ERROR"),
  })
  .map(({ type, key, options, ...check }) => {
    if (type === "materialization") return materialization(key, options);
    return type === "observation" ? observation(key, options) : checkEvaluation(key, { ...options, ...check });
  });

export interface Activity {
  readonly unit: fc.Arbitrary<Unit>;
  readonly target: fc.Arbitrary<WipeTarget>;
}

/**
 * Reports and wipes of a few events that are repeated often. So many reports are duplicates, some conflict, and most wipes
 * find something. The ids of wipes go up to `maxId`.
 */
export function arbitraryActivity(maxId: number): fc.Arbitrary<Activity> {
  return fc.array(arbitraryEvent, { minLength: 1, maxLength: 8 }).map((events) => {
    const contents = events.flatMap((event) => [event, { ...event, description: "again" }]);
    const newEvent: fc.Arbitrary<NewEvent> = fc.record(
      { event: fc.constantFrom(...contents), idempotencyKey: fc.constantFrom("k", "l", "") },
      { requiredKeys: ["event"] },
    );
    const event = fc.constantFrom(...events);
    const target = fc.oneof(
      event.map(({ assetKey }) => ({ assetKey })),
      event.map(({ assetKey, partition }) => ({ assetKey, partition })),
      fc.record({ eventId: fc.integer({ min: 0, max: maxId }) }),
    );
    return { unit: fc.array(newEvent, { maxLength: 4 }), target };
  });
}

const arbitraryPrefix = fc.oneof(arbitraryKey, fc.constantFrom([""], ["a", "b", "c"]));

export const arbitraryAssetFilter: fc.Arbitrary<AssetFilter> = fc.record(
  {
    prefix: arbitraryPrefix,
    search: fc.constantFrom("", "a", "A", "/", "B", '"', "\u0000", "a\u0000B", "\u{1f600}", "\uffee"),
    failing: fc.boolean(),
    quietSince: arbitraryTime,
    type: fc.constantFrom("ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION"),
  },
  { requiredKeys: [] },
);

/** Filters that often find something. Ids go up to `maxId`. */
export function arbitraryFilter(maxId: number): fc.Arbitrary<EventFilter> {
  const id = fc.integer({ min: 0, max: maxId + 1 });
  const filter = {
    assetKey: arbitraryKey,
    prefix: arbitraryPrefix,
    type: fc.constantFrom(
      "ASSET_MATERIALIZATION",
      "ASSET_OBSERVATION",
      "ASSET_CHECK_EVALUATION",
      "ASSET_WIPED",
      "FRESHNESS_STATE_CHANGE",
    ),
    partition: fc.constantFrom(...names),
    checkName: fc.constantFrom(...names),
    since: arbitraryTime,
    until: arbitraryTime,
    after: id,
    before: id,
  };
  const all = Object.keys(filter);
  // Only a few conditions at a time: all of them together would find nothing.
  return fc
    .tuple(fc.record(filter), fc.subarray(all, { maxLength: 3 }))
    .map(([values, chosen]) => Object.fromEntries(Object.entries(values).filter(([name]) => chosen.includes(name))));
}
