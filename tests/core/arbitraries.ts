import fc from "fast-check";
import {
  type AssetKey,
  int,
  type JsonValue,
  type Metadata,
  type MetadataValue,
  parseJson,
  type RecordedEvent,
  type Tags,
} from "../../core/index.ts";

/** Asserts a law for some hundreds of random cases; a failure names the seed and the smallest case that breaks it. */
export function always<Values>(law: fc.IProperty<Values>): void {
  fc.assert(law, { numRuns: 300 });
}

const codeUnit = fc.nat(0xffff).map((unit) => String.fromCharCode(unit));
const telling = fc.constantFrom(...'/[]{}"\\,:%+ .0e\n\0\u00e9\u2028\ue000\uffff', "\ud83d", "\ude00", "\u{1f600}");

/** Any string that JavaScript can hold, lone surrogates too, rich in the characters that mean something here. */
export const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.oneof(codeUnit, telling) }),
  fc.string({ unit: telling }),
);
export const wellFormedText = anyText.map((text) => text.toWellFormed());
const name = fc.oneof(wellFormedText, fc.constantFrom("__proto__", "constructor", "toString", "raw_value", "rows"));

export function keyOf(part: fc.Arbitrary<string>): fc.Arbitrary<AssetKey> {
  return fc.array(part, { minLength: 1, maxLength: 4 }).filter((key) => key.some((one) => one !== ""));
}
export const assetKey = keyOf(wellFormedText);
export const slashlessKey = keyOf(wellFormedText.map((part) => part.replaceAll("/", "")));

/** Every shape of number that JSON has, as it is written. */
export const numberToken = fc.oneof(
  fc.stringMatching(/^-?(0|[1-9]\d{0,3}|[1-9]\d{13,24})$/),
  fc.stringMatching(/^-?(0|[1-9]\d{0,18})\.\d{1,20}$/),
  fc.stringMatching(/^-?(0|[1-9]\d?)\.0{0,8}\d{0,3}0{0,2}5?0$/),
  fc.stringMatching(/^-?(0|[1-9]\d{0,18})(\.\d{1,3})?[eE][+-]?\d{1,3}$/),
  fc.constantFrom("-0", "-0.0", "9007199254740993", "1e400", "5e-324", "0.1", "1E5"),
);

const space = fc.constantFrom("", "", "", " ", "\n", "\t \r\n");
const plainToken = fc.oneof(
  numberToken,
  name.map(quoted),
  anyText.map(quoted),
  fc.constantFrom("true", "false", "null"),
);

function quoted(text: string): string {
  return JSON.stringify(text);
}

function jsonTextOf(scalar: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const list = (part: fc.Arbitrary<string>) =>
    fc.tuple(space, fc.array(part, { maxLength: 4 })).map(([gap, parts]) => gap + parts.join(`${gap},${gap}`) + gap);
  return fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: "medium" },
      scalar,
      list(tie("value")).map((items) => `[${items}]`),
      list(
        fc.tuple(name.map(quoted), space, space, tie("value")).map(([key, a, b, value]) => `${key}${a}:${b}${value}`),
      ).map((members) => `{${members}}`),
    ),
  })).value;
}

/** JSON as RFC 8259 has it. */
export const strictJsonText = jsonTextOf(plainToken);
/** JSON as Python writes it: with NaN and the infinities. */
export const jsonText = jsonTextOf(fc.oneof(plainToken, fc.constantFrom("NaN", "Infinity", "-Infinity")));
export const jsonValue: fc.Arbitrary<JsonValue> = jsonText.map((text) => parseJson(text));

/** Almost JSON: a valid text in which some places were overwritten. */
export const mutatedJsonText = fc
  .tuple(jsonText, fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.oneof(telling, codeUnit)), { minLength: 1, maxLength: 3 }))
  .map(([text, edits]) =>
    edits.reduce((edited, [at, removed, added]) => {
      const start = at % (edited.length + 1);
      return edited.slice(0, start) + added + edited.slice(start + removed);
    }, text),
  );

function dictOf<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Readonly<Record<string, Value>>> {
  return fc.array(fc.tuple(name, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));
}

function typed<const Type extends string, Value>(types: readonly Type[], rawValue: fc.Arbitrary<Value>) {
  return fc.record({ type: fc.constantFrom(...types), rawValue }, { noNullPrototype: true });
}

const metadataValue: fc.Arbitrary<MetadataValue> = fc.oneof(
  typed(["text", "url", "path", "notebook", "md", "dagster_run"], wellFormedText),
  typed(["int"], fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(int)),
  typed(["int"], fc.integer()),
  typed(["float", "timestamp"], fc.double()),
  typed(["bool"], fc.boolean()),
  typed(["null"], fc.constant(null)),
  typed(["asset"], assetKey),
  typed(
    ["json", "table", "table_schema", "table_column_lineage"],
    strictJsonText.map((text) => parseJson(text)),
  ),
);
export const metadata: fc.Arbitrary<Metadata> = dictOf(metadataValue);

const tags: fc.Arbitrary<Tags> = dictOf(wellFormedText);
const time = fc.integer({ min: -8.64e15, max: 8.64e15 });
const nullableText = fc.option(wellFormedText);
const common = {
  id: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  assetKey,
  partition: nullableText,
  timestamp: time,
  receivedAt: time,
  description: nullableText,
  tags,
  metadata,
};
const check = { checkName: wellFormedText, passed: fc.boolean(), severity: fc.constantFrom("WARN", "ERROR") };

const state = fc.constantFrom("PASS", "WARN", "FAIL", "UNKNOWN");
const change = fc.record(
  {
    state,
    previousState: state,
    reason: fc.constantFrom("deadline", "window", "reported", "no_longer_watched"),
    deadline: fc.option(time),
    lastAt: fc.option(time),
  },
  { noNullPrototype: true },
);

/** Any event of any type that a log may hold. */
export const recordedEvent: fc.Arbitrary<RecordedEvent> = fc.oneof(
  fc.record(
    { type: fc.constantFrom("ASSET_MATERIALIZATION", "ASSET_OBSERVATION"), ...common },
    { noNullPrototype: true },
  ),
  fc.record({ type: fc.constant("ASSET_CHECK_EVALUATION"), ...common, ...check }, { noNullPrototype: true }),
  fc.record({ type: fc.constant("FRESHNESS_STATE_CHANGE"), ...common, freshness: change }, { noNullPrototype: true }),
);

/** A path as it may come: percent-escapes of any bytes, escapes cut short, and anything else between them. */
export const percentText = fc
  .array(
    fc.oneof(
      fc.nat(255).map((byte) => `%${byte.toString(16).padStart(2, "0")}`),
      fc.constantFrom("%", "%C3", "%e2%82", "%F0%9f%98", "%ed%a0%80", "%f4%90", "%ef%bb%bf", "%2F", "%0A", "%g1"),
      wellFormedText.map((text) => text.slice(0, 2).toWellFormed()),
    ),
  )
  .map((parts) => parts.join(""));
