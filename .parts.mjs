// ../wt/a-core/core/event-input.ts
import * as v2 from "valibot";

// ../wt/a-core/core/json-syntax-error.ts
class JsonSyntaxError extends SyntaxError {
  name = "JsonSyntaxError";
  position;
  constructor(problem, text, position) {
    const before = text.slice(0, position);
    const line = before.split(`
`).length;
    const column = position - before.lastIndexOf(`
`);
    super(`${problem}: line ${line} column ${column} (char ${position})`);
    this.position = position;
  }
}

// ../wt/a-core/core/json-value.ts
var numberText = Symbol.for("runless.number");
var jsonText = Symbol.for("runless.json");
function isNumberText(value) {
  return typeof value === "object" && value !== null && numberText in value;
}
function isJsonText(value) {
  return typeof value === "object" && value !== null && jsonText in value;
}
function isJsonNumber(value) {
  return typeof value === "number" || isNumberText(value);
}
function isIntNumber(value) {
  return typeof value === "number" ? Number.isInteger(value) : !/[.eE]/.test(value[numberText]);
}
function isJsonObject(value) {
  return typeof value === "object" && value !== null && !isArray(value) && !isNumberText(value) && !isJsonText(value);
}
function setMember(object, name, value) {
  if (name !== "__proto__")
    object[name] = value;
  else
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}
function isStringMap(value) {
  const json = value;
  return isJsonObject(json) && Object.values(json).every((member) => typeof member === "string");
}
function isArray(value) {
  return Array.isArray(value);
}
function jsonNumber(token) {
  const plain = Number(token);
  const exact = String(plain) === token && (!Number.isInteger(plain) || Number.isSafeInteger(plain));
  return exact ? plain : { [numberText]: token };
}

// ../wt/a-core/core/json-reader.ts
var number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
var whitespace = /[ \t\n\r]*/y;
var characters = /[ !#-[\]-\uffff]*/y;
var anyCharacters = /[^"\\]*/y;
var escapeSequence = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
var literal = /true|false|null|NaN|-?Infinity/y;
var literals = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY]
]);
function readJson(text, controlCharacters, maxDepth) {
  let at = 0;
  function fail(problem, position = at) {
    throw new JsonSyntaxError(problem, text, position);
  }
  function take(pattern) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined)
      at += found.length;
    return found;
  }
  function value(depth) {
    const unit = text[at];
    if (unit === '"')
      return string();
    if (unit === "{" || unit === "[") {
      if (depth === maxDepth)
        fail(`Nested deeper than ${maxDepth} levels, which is the most`);
      return unit === "{" ? object(depth + 1) : array(depth + 1);
    }
    const word = take(literal);
    if (word !== undefined)
      return literals.get(word) ?? null;
    const digits = take(number);
    return digits === undefined ? fail("Expecting value") : jsonNumber(digits);
  }
  function string() {
    const start = at++;
    let escaped = false;
    for (;; ) {
      take(controlCharacters ? anyCharacters : characters);
      const unit = text[at];
      if (unit === '"')
        break;
      const isLast = at + 1 === text.length;
      if (unit === undefined || unit === "\\" && isLast)
        fail("Unterminated string starting at", start);
      if (unit !== "\\")
        fail("Invalid control character at");
      escaped = true;
      if (take(escapeSequence) === undefined) {
        if (text[at + 1] === "u")
          fail("Invalid \\uXXXX escape", at + 1);
        fail("Invalid \\escape");
      }
    }
    at++;
    if (!escaped)
      return text.slice(start + 1, at - 1);
    const token = text.slice(start, at);
    const parsed = JSON.parse(controlCharacters ? escapeControlCharacters(token) : token);
    return parsed.toWellFormed();
  }
  function object(depth) {
    const members = [];
    at++;
    take(whitespace);
    if (text[at] === "}")
      at++;
    else {
      for (;; ) {
        if (text[at] !== '"')
          fail("Expecting property name enclosed in double quotes");
        const name = string();
        take(whitespace);
        if (text[at] !== ":")
          fail("Expecting ':' delimiter");
        at++;
        take(whitespace);
        members.push([name, value(depth)]);
        if (next("}") === "}")
          break;
      }
    }
    return Object.fromEntries(members);
  }
  function array(depth) {
    const items = [];
    at++;
    take(whitespace);
    if (text[at] === "]")
      at++;
    else {
      do
        items.push(value(depth));
      while (next("]") === ",");
    }
    return items;
  }
  function next(closing) {
    take(whitespace);
    const comma = at;
    const found = text[at++];
    if (found !== closing && found !== ",")
      fail("Expecting ',' delimiter", comma);
    if (found === ",") {
      take(whitespace);
      if (text[at] === closing) {
        fail(`Illegal trailing comma before end of ${closing === "}" ? "object" : "array"}`, comma);
      }
    }
    return found;
  }
  take(whitespace);
  const result = value(0);
  take(whitespace);
  return at === text.length ? result : fail("Extra data");
}
function escapeControlCharacters(token) {
  return token.replace(/[\u0000-\u001f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// ../wt/a-core/core/json.ts
var maxJsonDepth = 500;
var maxEventDepth = maxJsonDepth + 5;
var needsReader = /(?:^|[\s:,[])-?(?:\d[\d.]{15}|\d+\.\d*0(?=[\s,\]}]|$)|0\.0{6}|\d[\d.]*[eE]|(?<=-)0(?![.\d]))/;
var surrogateEscape = /\\u[dD][89a-fA-F]/;
function parseJson(text, options = {}) {
  const { controlCharacters = false, maxDepth = maxJsonDepth } = options;
  const source = text.toWellFormed();
  if (!needsReader.test(source) && !surrogateEscape.test(source) && !mayBeTooDeep(source, maxDepth)) {
    try {
      return JSON.parse(source);
    } catch {}
  }
  return readJson(source, controlCharacters, maxDepth);
}
function safelyParseJson(text) {
  try {
    return parseJson(text, { controlCharacters: true });
  } catch {
    return;
  }
}
function mayBeTooDeep(text, maxDepth) {
  if (text.length < 2 * maxDepth)
    return false;
  let depth = 0;
  for (let i = 0;i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 34)
      i = endOfString(text, i);
    else if (unit === 91 || unit === 123) {
      if (++depth > maxDepth)
        return true;
    } else if (unit === 93 || unit === 125)
      depth--;
  }
  return false;
}
function endOfString(text, start) {
  for (let end = text.indexOf('"', start + 1);end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 92)
      backslashes++;
    if (backslashes % 2 === 0)
      return end;
  }
  return text.length;
}
function stringifyJson(value) {
  return startOfJson(value, Number.POSITIVE_INFINITY);
}
function startOfJson(value, most) {
  if (typeof value === "string")
    return JSON.stringify(value.slice(0, most));
  if (typeof value === "number" && !Number.isFinite(value))
    return `"${value}"`;
  if (value === null || typeof value !== "object")
    return JSON.stringify(value);
  if (isNumberText(value))
    return value[numberText].slice(0, most + 1);
  if (isJsonText(value))
    return value[jsonText].slice(0, most + 1);
  let parts = "";
  const add = (name, part) => {
    parts += `${parts && ","}${name}${startOfJson(part, most - parts.length)}`;
  };
  if (isArray(value)) {
    for (let i = 0;i < value.length && parts.length <= most; i++)
      add("", value[i]);
    return `[${parts}]`;
  }
  for (const [name, part] of Object.entries(value)) {
    if (parts.length > most)
      break;
    add(`${JSON.stringify(name.slice(0, most))}:`, part);
  }
  return `{${parts}}`;
}

// ../wt/a-core/core/describe.ts
var longest = 100;
function describe(value) {
  if (value === undefined)
    return "nothing";
  const json = value;
  const text = ["bigint", "function", "symbol"].includes(typeof value) ? String(value) : showJson(json);
  return `${text.length > longest ? `${text.slice(0, longest)}…` : text} which is type ${typeName(json)}`;
}
function showJson(value) {
  try {
    return startOfJson(value, longest);
  } catch {
    return String(value);
  }
}
function typeName(value) {
  if (value === null)
    return "null";
  if (isArray(value) || isJsonText(value) && value[jsonText].startsWith("["))
    return "list";
  if (isJsonNumber(value))
    return isIntNumber(value) ? "int" : "float";
  if (typeof value === "string")
    return "str";
  if (typeof value === "boolean")
    return "bool";
  return typeof value === "object" ? "dict" : typeof value;
}

// ../wt/a-core/core/event-input-schema.ts
import * as v from "valibot";

// ../wt/a-core/core/time.ts
var isoTime = /^(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:Z|([+-])(\d\d):?(\d\d))$/i;
var epochSeconds = /^(-?)(\d{1,14})(?:\.(\d+))?$/;
function parseTime(text) {
  const ms = isoMilliseconds(text) ?? epochMilliseconds(text);
  return ms !== undefined && Math.abs(ms) <= 8640000000000000 ? ms : undefined;
}
function isoMilliseconds(text) {
  const [found, years = "", ...rest] = isoTime.exec(text) ?? [];
  if (found === undefined || years === "-000000")
    return;
  const [month, day, hour, minute, second = "0", fraction = "", sign, zoneHours = "0", zoneMinutes = "0"] = rest;
  const date = new Date(0);
  date.setUTCFullYear(Number(years), Number(month) - 1, Number(day));
  const isDate = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  const isClock = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  const isZone = Number(zoneHours) < 24 && Number(zoneMinutes) < 60;
  if (!isDate || !isClock || !isZone)
    return;
  const local = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + thousandths(fraction);
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60000;
  return date.getTime() + local - (sign === "-" ? -offset : offset);
}
function epochMilliseconds(text) {
  const [found, minus, whole, fraction = ""] = epochSeconds.exec(text) ?? [];
  if (found === undefined)
    return;
  const ms = Number(whole) * 1000 + thousandths(fraction);
  if (minus === "")
    return ms;
  return 0 - ms - (/[1-9]/.test(fraction.slice(3)) ? 1 : 0);
}
function thousandths(fraction) {
  return Number(fraction.slice(0, 3).padEnd(3, "0"));
}

// ../wt/a-core/core/event-input-schema.ts
var expectedFields = {
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
  idempotency_key: "a string of 1 to 1024 characters"
};
var described = (jsonSchema) => v.metadata({ jsonSchema });
var optional2 = (schema) => v.nullish(schema, null);
var onlyForChecks = v.nullish(v.null(), null);
var ignored = v.optional(v.unknown());
var days = [
  "[0-9]{4}-(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])",
  "[0-9]{4}-(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)",
  "[0-9]{4}-02-(?:0[1-9]|1[0-9]|2[0-8])",
  "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29"
].join("|");
var clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?";
var zone = "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])";
var timeText = {
  type: "string",
  pattern: `^(?:(?:${days})[Tt]${clock}${zone}|-?[0-9]{1,12}(?:[.][0-9]+)?)$`,
  description: "ISO 8601 with a zone, or seconds since 1970."
};
var time = v.pipe(v.custom((value) => typeof value === "string" || isJsonNumber(value)), described({
  anyOf: [timeText, { type: "number", minimum: -8640000000000, description: "Seconds since 1970." }],
  description: "When it happened, at most 24 hours ahead of the clock, or of the `received_at` that an export gives beside the `id`. " + "Default: the clock of the server."
}), v.transform((value) => parseTime(typeof value === "string" ? value : plainDigits(value))), v.number());
function plainDigits(value) {
  const digits = isNumberText(value) ? value[numberText] : String(value);
  if (!/e/i.test(digits))
    return digits;
  const plain = String(Number(digits));
  return plain.includes("e-") ? Number(digits).toFixed(20) : plain;
}
var fields = {
  id: ignored,
  asset_key: v.pipe(v.union([v.string(), v.array(v.string())]), described({
    anyOf: [
      { type: "string", pattern: "[^/]" },
      { type: "array", items: { type: "string" }, contains: { type: "string", minLength: 1 } }
    ],
    description: "Parts joined by `/`, or an array of them. At least one is not empty."
  })),
  partition: optional2(v.string()),
  partitions: optional2(v.pipe(v.array(v.string()), v.minLength(1), v.check((names) => new Set(names).size === names.length), described({
    type: "array",
    items: { type: "string" },
    minItems: 1,
    uniqueItems: true,
    description: "One event for each, recorded together or not at all. Instead of `partition`."
  }))),
  timestamp: optional2(time),
  received_at: ignored,
  description: optional2(v.string()),
  data_version: optional2(v.pipe(v.custom((value) => typeof value === "string" || typeof value === "boolean" || isJsonNumber(value)), described({ type: ["string", "number", "boolean"] }))),
  tags: optional2(v.pipe(v.custom(isStringMap), described({ type: "object", additionalProperties: { type: "string" } }))),
  metadata: optional2(v.pipe(v.custom((value) => isJsonObject(value)), described({
    type: "object",
    description: 'Plain values, typed as Dagster would, or `{"type": "url", "raw_value": "https://…"}`.'
  }))),
  idempotency_key: optional2(v.pipe(v.string(), v.minLength(1), v.maxLength(1024)))
};
var eventInputSchema = v.variant("type", [
  v.strictObject({
    type: v.picklist(["ASSET_MATERIALIZATION", "ASSET_OBSERVATION"]),
    ...fields,
    check_name: onlyForChecks,
    passed: onlyForChecks,
    severity: onlyForChecks
  }),
  v.strictObject({
    type: v.literal("ASSET_CHECK_EVALUATION"),
    ...fields,
    check_name: v.string(),
    passed: v.boolean(),
    severity: optional2(v.picklist(["WARN", "ERROR"]))
  })
]);

// ../wt/a-core/core/asset-key.ts
function parseAssetKey(text) {
  const array = text.startsWith("[") ? safelyParseJson(text) : undefined;
  const isKey = isArray(array) && array.every((part) => typeof part === "string");
  return namedKey(isKey ? array : text.toWellFormed().split("/"));
}
function namedKey(parts) {
  return parts.some((part) => part !== "") ? parts : undefined;
}

// ../wt/a-core/core/invalid-event-error.ts
class InvalidEventError extends Error {
  name = "InvalidEventError";
  code = "invalid_event";
  parameter;
  constructor(parameter, message) {
    super(message);
    this.parameter = parameter;
  }
}

// ../wt/a-core/core/json-text.ts
var kept = Symbol.for("runless.kept-json");
function textValue(type, text, depth) {
  let parsed;
  const value = {
    type,
    get rawValue() {
      parsed ??= parseJson(text, { maxDepth: maxEventDepth });
      return parsed;
    }
  };
  return Object.defineProperty(value, kept, { value: { text, depth } });
}
function keptJson(value) {
  return value[kept];
}
function rawText(value) {
  const json = keptJson(value);
  if (json !== undefined)
    return json.text;
  if (value.type === "int") {
    return typeof value.rawValue === "number" ? String(value.rawValue) : `"${value.rawValue[numberText]}"`;
  }
  if (value.type === "float" || value.type === "timestamp")
    return formatFloat(value.rawValue);
  return stringifyJson(value.rawValue);
}
function formatFloat(value) {
  if (!Number.isFinite(value))
    return `"${value}"`;
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

// ../wt/a-core/core/metadata.ts
function inferMetadataValue(value) {
  if (isJsonText(value))
    return keptValue("json", value);
  const json = cleanJson(value, 0);
  if (json === null)
    return { type: "null", rawValue: null };
  if (typeof json === "string")
    return { type: "text", rawValue: json };
  if (typeof json === "boolean")
    return { type: "bool", rawValue: json };
  if (!isJsonNumber(json))
    return { type: "json", rawValue: json };
  if (isIntNumber(json))
    return { type: "int", rawValue: plainInt(json) };
  return { type: "float", rawValue: isNumberText(json) ? Number(json[numberText]) : json };
}
function readMetadataValue(value) {
  if (!isTyped(value))
    return inferMetadataValue(value);
  const kind = kinds[value.type];
  if (kind === json && isJsonText(value.rawValue))
    return keptValue(value.type, value.rawValue);
  const rawValue = kind.read(value.rawValue);
  if (rawValue === undefined)
    throw new TypeError(`its value is not ${kind.name}. Got ${describe(value.rawValue)}.`);
  return { type: value.type, rawValue };
}
function isTyped(value) {
  if (typeof value !== "object" || value === null || !("type" in value) || !("rawValue" in value))
    return false;
  return Object.keys(value).length === 2 && typeof value.type === "string" && Object.hasOwn(kinds, value.type);
}
var text = { name: "a str", read: (value) => typeof value === "string" ? value.toWellFormed() : undefined };
var float = { name: "a float", read: floatOf };
var json = { name: "JSON", read: (value) => cleanJson(value, 0) };
var kinds = {
  text,
  url: text,
  path: text,
  notebook: text,
  md: text,
  dagster_run: text,
  int: { name: "an int", read: intOf },
  float,
  bool: { name: "a bool", read: (value) => typeof value === "boolean" ? value : undefined },
  null: { name: "null", read: (value) => value === null ? value : undefined },
  asset: { name: "an asset key", read: keyOf },
  timestamp: float,
  json,
  table: json,
  table_schema: json,
  table_column_lineage: json
};
function keyOf(value) {
  const parts = typeof value === "string" ? value.split("/") : [value].flat();
  if (!parts.every((part) => typeof part === "string"))
    return;
  return parts.map((part) => part.toWellFormed());
}
function intOf(value) {
  if (typeof value === "string")
    return /^(0|-?[1-9]\d*)$/.test(value) ? jsonNumber(value) : undefined;
  return isJsonNumber(value) && isIntNumber(value) ? plainInt(value) : undefined;
}
function floatOf(value) {
  if (typeof value === "string")
    return /^(NaN|-?Infinity)$/.test(value) ? Number(value) : undefined;
  if (!isJsonNumber(value))
    return;
  return isNumberText(value) ? Number(value[numberText]) : value;
}
function plainInt(value) {
  if (isNumberText(value))
    return value[numberText] === "-0" ? 0 : value;
  return Number.isSafeInteger(value) ? value + 0 : jsonNumber(BigInt(value).toString());
}
function keptValue(type, { [jsonText]: text, depth, filled }) {
  if (filled > maxJsonDepth)
    throw tooDeep();
  return textValue(type, text, depth);
}
function tooDeep() {
  return new RangeError(`it is nested deeper than ${maxJsonDepth} levels.`);
}
function cleanJson(value, depth) {
  if (depth > maxJsonDepth)
    throw tooDeep();
  if (value === null || typeof value === "boolean" || typeof value === "number")
    return value;
  if (typeof value === "string")
    return value.toWellFormed();
  if (isNumberText(value))
    return value;
  const json = value;
  if (isArray(json))
    return json.map((item) => cleanJson(item, depth + 1));
  if (isJsonObject(json))
    return mapValues(json, (member) => cleanJson(member, depth + 1));
  throw new TypeError(`it is not JSON. Got ${describe(value)}.`);
}
function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name.toWellFormed(), change(value)]));
}

// ../wt/a-core/core/events.ts
var dataVersionTag = "dagster/data_version";
var dataVersionIsUserProvidedTag = "dagster/data_version_is_user_provided";
function dataVersionOf(event) {
  return event.tags[dataVersionTag] ?? null;
}
function assetKeyOf(key) {
  const parts = typeof key === "string" ? parseAssetKey(key) : namedKey(key.map((part) => part.toWellFormed()));
  if (parts === undefined) {
    throw new InvalidEventError("asset_key", `Param "asset_key" has no part that is not empty. Got ${describe(key)}.`);
  }
  return parts;
}
function eventFields(assetKey, input, readValue) {
  if (Object(input) !== input)
    throw wrong("options", "a dict", input);
  const partition = textOf(input.partition, "partition");
  const timestamp = timestampOf(input.timestamp);
  const description = textOf(input.description, "description");
  const dataVersion = versionOf(input.dataVersion);
  const tags = tagsOf(input.tags, dataVersion);
  return {
    assetKey: assetKeyOf(assetKey),
    partition,
    timestamp,
    description,
    tags,
    metadata: checkMetadata(input.metadata, readValue)
  };
}
function checkFields({
  checkName,
  passed,
  severity
}) {
  if (typeof checkName !== "string")
    throw wrong("check_name", "a str", checkName);
  if (typeof passed !== "boolean")
    throw wrong("passed", "a bool", passed);
  return { checkName: checkName.toWellFormed(), passed, severity: severityOf(severity) };
}
function textOf(value, parameter) {
  if (value === undefined || value === null)
    return null;
  if (typeof value === "string")
    return value.toWellFormed();
  throw wrong(parameter, "a str", value);
}
function versionOf(value) {
  if (value === undefined || value === null)
    return null;
  if (typeof value === "string")
    return value.toWellFormed();
  if (isNumberText(value))
    return value[numberText];
  if (typeof value === "number" || typeof value === "boolean")
    return String(value);
  throw wrong("data_version", "a str", value);
}
function timestampOf(value) {
  if (value === undefined || value === null)
    return null;
  if (typeof value !== "number" && !(value instanceof Date))
    throw wrong("timestamp", "a Date or a number", value);
  const milliseconds = Math.floor(Number(value));
  if (Number.isNaN(new Date(milliseconds).getTime()))
    throw wrong("timestamp", "a time", milliseconds);
  return milliseconds;
}
function tagsOf(value, dataVersion) {
  const tags = {};
  if (value !== undefined && value !== null) {
    if (!isStringMap(value))
      throw wrong("tags", "a dict of str", value);
    for (const name of Object.keys(value))
      setMember(tags, name.toWellFormed(), (value[name] ?? "").toWellFormed());
  }
  if (dataVersion !== null) {
    tags[dataVersionTag] = dataVersion;
    tags[dataVersionIsUserProvidedTag] = "true";
  }
  return tags;
}
function wrong(parameter, expected, came) {
  return new InvalidEventError(parameter, `Param "${parameter}" is not ${expected}. Got ${describe(came)}.`);
}
function severityOf(value) {
  if (value === undefined || value === null)
    return "ERROR";
  if (value === "WARN" || value === "ERROR")
    return value;
  throw wrong("severity", "WARN or ERROR", value);
}
function checkMetadata(input, readValue) {
  if (input === undefined || input === null)
    return {};
  const dict = input;
  if (!isJsonObject(dict))
    throw wrong("metadata", "a dict", input);
  const metadata = {};
  for (const name of Object.keys(dict))
    setMember(metadata, name.toWellFormed(), resolve(name, dict[name], readValue));
  return metadata;
}
function resolve(name, value, readValue) {
  try {
    return readValue(value);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidEventError("metadata", `Could not resolve the metadata value for "${name}" to a known type: ${why}`);
  }
}

// ../wt/a-core/core/far-ahead.ts
var day = 24 * 60 * 60 * 1000;
function assertNotFarAhead(timestamp, { now, receivedAt = now }) {
  if (timestamp === null || timestamp <= Math.max(now, receivedAt) + day)
    return;
  const [given, clock] = [timestamp, now].map((time) => new Date(time).toISOString());
  const problem = "must be at most 24 hours ahead of the clock";
  throw new InvalidEventError("timestamp", `The field timestamp ${problem}. Got ${given}, and it is ${clock}.`);
}

// ../wt/a-core/core/wire.ts
var keptDetails = Symbol.for("runless.details");
function formatDetails({ description, tags, metadata }) {
  const plain = isEmpty(metadata) ? undefined : plainMetadata(metadata);
  const text = JSON.stringify({
    description: description ?? undefined,
    tags: isEmpty(tags) ? undefined : tags,
    metadata: plain ?? undefined
  });
  if (plain !== null)
    return text;
  return `${text.slice(0, -1)}${text === "{}" ? "" : ","}"metadata":${formatMetadata(metadata)}}`;
}
function isEmpty(object) {
  for (const _ in object)
    return false;
  return true;
}
function plainMetadata(metadata) {
  const plain = {};
  for (const name of Object.keys(metadata)) {
    const value = metadata[name];
    if (!isPlain(value))
      return null;
    setMember(plain, name, { type: value.type, raw_value: value.rawValue });
  }
  return plain;
}
function isPlain(value) {
  if (keptJson(value) !== undefined)
    return false;
  const { type, rawValue } = value;
  if (typeof rawValue === "number")
    return Number.isFinite(rawValue) && (type === "int" || !Number.isInteger(rawValue));
  return typeof rawValue !== "object" || rawValue === null;
}
function formatMetadata(metadata) {
  let members = "";
  for (const name of Object.keys(metadata)) {
    const value = metadata[name];
    if (value === undefined)
      continue;
    if (members !== "")
      members += ",";
    members += `${JSON.stringify(name)}:{"type":"${value.type}","raw_value":${rawText(value)}}`;
  }
  return `{${members}}`;
}
function readMetadata(wire) {
  return Object.fromEntries(Object.entries(wire).map(([name, value]) => [name, readWireValue(value)]));
}
function readWireValue(value) {
  if (!isJsonObject(value) || !Object.hasOwn(value, "raw_value") || Object.hasOwn(value, "rawValue")) {
    return inferMetadataValue(value);
  }
  const { raw_value: rawValue, ...rest } = value;
  const typed = { ...rest, rawValue };
  return isTyped(typed) ? readMetadataValue(typed) : inferMetadataValue(value);
}

// ../wt/a-core/core/event-input.ts
var longestIdempotencyKey = 1024;
function parseEventInput(input, { now }) {
  const fields = readFields(input);
  const { timestamp, partitions, idempotency_key: key } = fields;
  assertNotFarAhead(timestamp, { now, receivedAt: receiptOf(fields) });
  const event = buildEvent(fields);
  if (partitions === null)
    return [{ event, idempotencyKey: key ?? undefined }];
  if (event.partition !== null) {
    throw new InvalidEventError("partitions", "An event has the field partition or the field partitions, not both.");
  }
  return partitions.map((partition) => ({
    event: { ...event, partition: partition.toWellFormed() },
    idempotencyKey: key === null ? undefined : partitionKey(key, partition)
  }));
}
var fieldNames = new Set(eventInputSchema.options.flatMap(({ entries }) => Object.keys(entries)));
function receiptOf({ id, received_at: receivedAt }) {
  return Number.isSafeInteger(id) && typeof receivedAt === "string" ? parseTime(receivedAt) : undefined;
}
function readFields(input) {
  if (!isJsonObject(input))
    throw new InvalidEventError("", `An event is a JSON object. Got ${describe(input)}.`);
  const unknown = Object.keys(input).find((name) => !fieldNames.has(name));
  if (unknown !== undefined) {
    const shown = JSON.stringify(unknown.slice(0, 100));
    const known = [...fieldNames].join(", ");
    throw new InvalidEventError(unknown, `An event has no field ${shown}. Those there are: ${known}.`);
  }
  const result = v2.safeParse(eventInputSchema, input, { abortEarly: true });
  if (result.success)
    return result.output;
  throw wrongField(String(result.issues[0].path?.[0]?.key ?? ""), input);
}
function wrongField(name, input) {
  const came = Object.hasOwn(input, name) ? describe(input[name]) : "nothing";
  return new InvalidEventError(name, `The field ${name} must be ${expectedFields[name] ?? "left out"}. Got ${came}.`);
}
function buildEvent(fields) {
  const { partition, timestamp, description, metadata } = fields;
  const input = { partition, timestamp, description, metadata, ...versionAndTags(fields) };
  const common = eventFields(assetKeyOf(fields.asset_key), input, readValue);
  if (fields.type !== "ASSET_CHECK_EVALUATION")
    return { type: fields.type, ...common };
  const { check_name: checkName, passed, severity } = fields;
  return { type: fields.type, ...common, ...checkFields({ checkName, passed, severity }) };
}
function versionAndTags({ data_version: dataVersion, tags }) {
  const tagged = tags === null ? null : dataVersionOf({ tags });
  if (tagged === null || dataVersion === null)
    return { dataVersion, tags };
  if (tagged === dataVersion)
    return { dataVersion: null, tags };
  const came = `${describe(dataVersion)} beside ${describe(tagged)}`;
  throw new InvalidEventError("data_version", `The field data_version must be what the tag dagster/data_version says, where both are given. Got ${came}.`);
}
function readValue(value) {
  const wire = { value };
  return readMetadata(wire).value ?? { type: "null", rawValue: null };
}
function partitionKey(key, partition) {
  const pair = JSON.stringify([key, partition]);
  if (pair.length <= longestIdempotencyKey)
    return pair;
  const limit = `at most ${longestIdempotencyKey} characters together with each of partitions, as a JSON array`;
  throw new InvalidEventError("idempotency_key", `The field idempotency_key must have ${limit}. Got ${pair.length}.`);
}
// ../wt/a-core/adapters/http/event-limits.ts
import { Buffer as Buffer2 } from "node:buffer";

// ../wt/a-core/adapters/http/measure-json.ts
var quote = 34;
var comma = 44;
var colon = 58;
var bracket = 91;
var backslash = 92;
var closeBracket = 93;
var letterU = 117;
var brace = 123;
var closeBrace = 125;
function measureJson(text) {
  let bytes = 0;
  let depth = 0;
  let deepest = 0;
  for (let at = 0;at < text.length; ) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      const { end, size } = measureString(text, at);
      const isWord = size <= 9 && text.charCodeAt(end) !== colon && words.has(text.slice(at + 1, end - 1));
      bytes += isWord ? 1 : size;
      at = end;
    } else if (unit === bracket || unit === brace) {
      bytes++;
      if (++depth > deepest)
        deepest = depth;
      at++;
    } else if (unit === closeBracket || unit === closeBrace) {
      depth--;
      at++;
    } else if (unit === comma || unit === colon)
      at++;
    else {
      const end = endOfScalar(text, at);
      bytes += sizeOfScalar(text.slice(at, end));
      at = end;
    }
  }
  return { bytes, depth: deepest };
}
var words = new Set(["NaN", "Infinity", "-Infinity"]);
function measureString(text, start) {
  let size = 0;
  for (let at = start + 1;at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote)
      return { end: at + 1, size };
    if (unit === backslash)
      at += text.charCodeAt(at + 1) === letterU ? 5 : 1;
    size += unit < 128 ? 1 : unit < 2048 || unit >= 55296 && unit < 57344 ? 2 : 3;
  }
  return { end: text.length, size };
}
function endOfScalar(text, start) {
  for (let at = start;at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === comma || unit === closeBracket || unit === closeBrace)
      return at;
  }
  return text.length;
}
function sizeOfScalar(token) {
  if (!/^[-\d]/.test(token))
    return 1;
  return typeof jsonNumber(token) === "number" ? 1 : token.length;
}

// ../wt/a-core/adapters/limits.ts
var settings = {
  bodyBytes: { default: 4194304, most: 2 ** 30, help: "largest body, and largest line of an import" },
  targetBytes: { default: 65536, most: 2 ** 20, help: "longest path and query of a request" },
  headerBytes: { default: 65536, most: 2 ** 20, help: "most that a request's headers hold together" },
  batchEvents: { default: 1e4, most: 1e5, help: "most events of one array, line or list of partitions" },
  batchBytes: { default: 67108864, most: 2 ** 30, help: "most that the events of one array or line hold together" },
  keyParts: { default: 256, most: 1e4, help: "most parts of an asset key" },
  keyBytes: { default: 8192, most: 2 ** 20, help: "longest asset key, its parts together" },
  partitionBytes: { default: 8192, most: 2 ** 20, help: "longest partition" },
  checkNameBytes: { default: 8192, most: 2 ** 20, help: "longest check name" },
  descriptionBytes: { default: 1048576, most: 2 ** 30, help: "longest description" },
  tags: { default: 1000, most: 1e6, help: "most tags of an event" },
  tagBytes: { default: 1048576, most: 2 ** 30, help: "most that an event's tags hold, with a data version" },
  metadataEntries: { default: 1e4, most: 1e6, help: "most metadata entries of an event" },
  metadataBytes: { default: 4194304, most: 2 ** 30, help: "most that an event's metadata hold" },
  metadataDepth: { default: 500, most: 500, help: "deepest nesting of a metadata value" },
  pageEvents: { default: 1000, most: 1e5, help: "most events of one page" },
  queueEvents: { default: 1000, most: 1e6, help: "most events that wait for their commit; past it 503" },
  queueBytes: { default: 67108864, most: 2 ** 32, help: "most that they hold, and bodies under way; past it 503" },
  streams: { default: 256, most: 1e5, help: "most streams, exports and imports at once; past it 503" },
  idleSeconds: { default: 60, most: 255, help: "longest pause of a sender or reader; past it the connection ends" }
};
function limitFlag(name) {
  return `max-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
var names = Object.keys(settings);
function limitsBy(read) {
  return Object.fromEntries(names.map((name) => [name, read(name, settings[name].most)]));
}
var defaultLimits = limitsBy((name) => settings[name].default);
var limitFlags = Object.fromEntries(names.map((name) => {
  const flag = limitFlag(name);
  const env = `RUNLESS_${flag.toUpperCase().replaceAll("-", "_")}`;
  return [flag, { env, default: String(settings[name].default), help: settings[name].help }];
}));

// ../wt/a-core/adapters/http/over-limit.ts
function overLimit(what, size, name, limits) {
  return `${what} has ${size} ${unitOf(name)}, and the limit is ${limits[name]}. Send less, or raise --${limitFlag(name)}.`;
}
function unitOf(name) {
  return name === "metadataDepth" ? "levels" : /[A-Z]?[a-z]+$/.exec(name)?.[0].toLowerCase() ?? name;
}

// ../wt/a-core/adapters/http/event-limits.ts
function checkEvents(reports, limits, count = "bound") {
  const [first] = reports;
  if (first === undefined)
    return 0;
  const { event } = first;
  check2("asset_key", event.assetKey.length, "keyParts", limits);
  let size = check2("asset_key", sum(event.assetKey, bytesOf), "keyBytes", limits);
  if (event.description !== null)
    size += check2("description", bytesOf(event.description), "descriptionBytes", limits);
  if (event.type === "ASSET_CHECK_EVALUATION") {
    size += check2("check_name", bytesOf(event.checkName), "checkNameBytes", limits);
  }
  const tagNames = Object.keys(event.tags);
  check2("tags", tagNames.length, "tags", limits);
  let ofTags = 0;
  for (const name of tagNames)
    ofTags += bytesOf(name) + bytesOf(event.tags[name] ?? "");
  if (ofTags > limits.tagBytes)
    throw tagsTooLarge(event, ofTags, limits);
  size += ofTags;
  check2("metadata", Object.keys(event.metadata).length, "metadataEntries", limits);
  const bound = measure(event.metadata, count === "exact");
  const isBelow = bound.bytes <= limits.metadataBytes && bound.depth <= limits.metadataDepth;
  const { bytes, depth } = isBelow ? bound : measure(event.metadata, true);
  check2("metadata", depth, "metadataDepth", limits);
  size += check2("metadata", bytes, "metadataBytes", limits);
  let total = 0;
  for (const { event } of reports) {
    total += size;
    if (event.partition !== null)
      total += check2("partition", bytesOf(event.partition), "partitionBytes", limits);
  }
  return total;
}
function check2(field, size, name, limits) {
  if (size <= limits[name])
    return size;
  const what = name === "tags" ? "The event" : `The field ${field}`;
  throw new InvalidEventError(field, overLimit(what, size, name, limits));
}
function tagsTooLarge(event, bytes, limits) {
  const isVersion = bytesOf(dataVersionOf(event) ?? "") > bytes / 2;
  const what = isVersion ? "The field data_version with all tags" : "The field tags";
  return new InvalidEventError(isVersion ? "data_version" : "tags", overLimit(what, bytes, "tagBytes", limits));
}
function measure(metadata, isExact) {
  let bytes = 0;
  let deepest = 0;
  const add = (value, depth) => {
    if (typeof value === "string")
      bytes += bytesOf(value);
    else if (isNumberText(value))
      bytes += value[numberText].length;
    else if (typeof value !== "object" || value === null)
      bytes++;
    else {
      bytes++;
      if (depth >= deepest)
        deepest = depth + 1;
      if (isArray(value))
        for (const item of value)
          add(item, depth + 1);
      else {
        for (const name of Object.keys(value)) {
          bytes += bytesOf(name);
          add(value[name] ?? null, depth + 1);
        }
      }
    }
  };
  for (const name of Object.keys(metadata)) {
    bytes += bytesOf(name);
    const value = metadata[name];
    const kept = value && keptJson(value);
    if (kept === undefined)
      add(value?.rawValue ?? null, 0);
    else {
      const { bytes: ofText, depth } = isExact ? measureJson(kept.text) : boundOf(kept);
      bytes += ofText;
      if (depth > deepest)
        deepest = depth;
    }
  }
  return { bytes, depth: deepest };
}
function boundOf({ text, depth }) {
  return depth === undefined ? measureJson(text) : { bytes: bytesOf(text), depth };
}
function bytesOf(text) {
  return Buffer2.byteLength(text);
}
function sum(items, sizeOf) {
  let total = 0;
  for (const item of items)
    total += sizeOf(item);
  return total;
}

// ../../work/main/node_modules/drizzle-orm/entity.js
var entityKind = Symbol.for("drizzle:entityKind");
var hasOwnEntityKind = Symbol.for("drizzle:hasOwnEntityKind");
function is(value, type) {
  if (!value || typeof value !== "object") {
    return false;
  }
  if (value instanceof type) {
    return true;
  }
  if (!Object.prototype.hasOwnProperty.call(type, entityKind)) {
    throw new Error(`Class "${type.name ?? "<unknown>"}" doesn't look like a Drizzle entity. If this is incorrect and the class is provided by Drizzle, please report this as a bug.`);
  }
  let cls = Object.getPrototypeOf(value).constructor;
  if (cls) {
    while (cls) {
      if (entityKind in cls && cls[entityKind] === type[entityKind]) {
        return true;
      }
      cls = Object.getPrototypeOf(cls);
    }
  }
  return false;
}

// ../../work/main/node_modules/drizzle-orm/column.js
class Column {
  constructor(table, config) {
    this.table = table;
    this.config = config;
    this.name = config.name;
    this.keyAsName = config.keyAsName;
    this.notNull = config.notNull;
    this.default = config.default;
    this.defaultFn = config.defaultFn;
    this.onUpdateFn = config.onUpdateFn;
    this.hasDefault = config.hasDefault;
    this.primary = config.primaryKey;
    this.isUnique = config.isUnique;
    this.uniqueName = config.uniqueName;
    this.uniqueType = config.uniqueType;
    this.dataType = config.dataType;
    this.columnType = config.columnType;
    this.generated = config.generated;
    this.generatedIdentity = config.generatedIdentity;
  }
  static [entityKind] = "Column";
  name;
  keyAsName;
  primary;
  notNull;
  default;
  defaultFn;
  onUpdateFn;
  hasDefault;
  isUnique;
  uniqueName;
  uniqueType;
  dataType;
  columnType;
  enumValues = undefined;
  generated = undefined;
  generatedIdentity = undefined;
  config;
  mapFromDriverValue(value) {
    return value;
  }
  mapToDriverValue(value) {
    return value;
  }
  shouldDisableInsert() {
    return this.config.generated !== undefined && this.config.generated.type !== "byDefault";
  }
}

// ../../work/main/node_modules/drizzle-orm/column-builder.js
class ColumnBuilder {
  static [entityKind] = "ColumnBuilder";
  config;
  constructor(name, dataType, columnType) {
    this.config = {
      name,
      keyAsName: name === "",
      notNull: false,
      default: undefined,
      hasDefault: false,
      primaryKey: false,
      isUnique: false,
      uniqueName: undefined,
      uniqueType: undefined,
      dataType,
      columnType,
      generated: undefined
    };
  }
  $type() {
    return this;
  }
  notNull() {
    this.config.notNull = true;
    return this;
  }
  default(value) {
    this.config.default = value;
    this.config.hasDefault = true;
    return this;
  }
  $defaultFn(fn) {
    this.config.defaultFn = fn;
    this.config.hasDefault = true;
    return this;
  }
  $default = this.$defaultFn;
  $onUpdateFn(fn) {
    this.config.onUpdateFn = fn;
    this.config.hasDefault = true;
    return this;
  }
  $onUpdate = this.$onUpdateFn;
  primaryKey() {
    this.config.primaryKey = true;
    this.config.notNull = true;
    return this;
  }
  setName(name) {
    if (this.config.name !== "")
      return;
    this.config.name = name;
  }
}

// ../../work/main/node_modules/drizzle-orm/table.utils.js
var TableName = Symbol.for("drizzle:Name");

// ../../work/main/node_modules/drizzle-orm/tracing-utils.js
function iife(fn, ...args) {
  return fn(...args);
}

// ../../work/main/node_modules/drizzle-orm/pg-core/columns/enum.js
var isPgEnumSym = Symbol.for("drizzle:isPgEnum");
function isPgEnum(obj) {
  return !!obj && typeof obj === "function" && isPgEnumSym in obj && obj[isPgEnumSym] === true;
}

// ../../work/main/node_modules/drizzle-orm/subquery.js
class Subquery {
  static [entityKind] = "Subquery";
  constructor(sql, fields, alias, isWith = false, usedTables = []) {
    this._ = {
      brand: "Subquery",
      sql,
      selectedFields: fields,
      alias,
      isWith,
      usedTables
    };
  }
}

// ../../work/main/node_modules/drizzle-orm/version.js
var version = "0.45.4";

// ../../work/main/node_modules/drizzle-orm/tracing.js
var otel;
var rawTracer;
var tracer = {
  startActiveSpan(name, fn) {
    if (!otel) {
      return fn();
    }
    if (!rawTracer) {
      rawTracer = otel.trace.getTracer("drizzle-orm", version);
    }
    return iife((otel2, rawTracer2) => rawTracer2.startActiveSpan(name, (span) => {
      try {
        return fn(span);
      } catch (e) {
        span.setStatus({
          code: otel2.SpanStatusCode.ERROR,
          message: e instanceof Error ? e.message : "Unknown error"
        });
        throw e;
      } finally {
        span.end();
      }
    }), otel, rawTracer);
  }
};

// ../../work/main/node_modules/drizzle-orm/view-common.js
var ViewBaseConfig = Symbol.for("drizzle:ViewBaseConfig");

// ../../work/main/node_modules/drizzle-orm/table.js
var Schema = Symbol.for("drizzle:Schema");
var Columns = Symbol.for("drizzle:Columns");
var ExtraConfigColumns = Symbol.for("drizzle:ExtraConfigColumns");
var OriginalName = Symbol.for("drizzle:OriginalName");
var BaseName = Symbol.for("drizzle:BaseName");
var IsAlias = Symbol.for("drizzle:IsAlias");
var ExtraConfigBuilder = Symbol.for("drizzle:ExtraConfigBuilder");
var IsDrizzleTable = Symbol.for("drizzle:IsDrizzleTable");

class Table {
  static [entityKind] = "Table";
  static Symbol = {
    Name: TableName,
    Schema,
    OriginalName,
    Columns,
    ExtraConfigColumns,
    BaseName,
    IsAlias,
    ExtraConfigBuilder
  };
  [TableName];
  [OriginalName];
  [Schema];
  [Columns];
  [ExtraConfigColumns];
  [BaseName];
  [IsAlias] = false;
  [IsDrizzleTable] = true;
  [ExtraConfigBuilder] = undefined;
  constructor(name, schema, baseName) {
    this[TableName] = this[OriginalName] = name;
    this[Schema] = schema;
    this[BaseName] = baseName;
  }
}

// ../../work/main/node_modules/drizzle-orm/sql/sql.js
function isSQLWrapper(value) {
  return value !== null && value !== undefined && typeof value.getSQL === "function";
}
function mergeQueries(queries) {
  const result = { sql: "", params: [] };
  for (const query of queries) {
    result.sql += query.sql;
    result.params.push(...query.params);
    if (query.typings?.length) {
      if (!result.typings) {
        result.typings = [];
      }
      result.typings.push(...query.typings);
    }
  }
  return result;
}

class StringChunk {
  static [entityKind] = "StringChunk";
  value;
  constructor(value) {
    this.value = Array.isArray(value) ? value : [value];
  }
  getSQL() {
    return new SQL([this]);
  }
}

class SQL {
  constructor(queryChunks) {
    this.queryChunks = queryChunks;
    for (const chunk of queryChunks) {
      if (is(chunk, Table)) {
        const schemaName = chunk[Table.Symbol.Schema];
        this.usedTables.push(schemaName === undefined ? chunk[Table.Symbol.Name] : schemaName + "." + chunk[Table.Symbol.Name]);
      }
    }
  }
  static [entityKind] = "SQL";
  decoder = noopDecoder;
  shouldInlineParams = false;
  usedTables = [];
  append(query) {
    this.queryChunks.push(...query.queryChunks);
    return this;
  }
  toQuery(config) {
    return tracer.startActiveSpan("drizzle.buildSQL", (span) => {
      const query = this.buildQueryFromSourceParams(this.queryChunks, config);
      span?.setAttributes({
        "drizzle.query.text": query.sql,
        "drizzle.query.params": JSON.stringify(query.params)
      });
      return query;
    });
  }
  buildQueryFromSourceParams(chunks, _config) {
    const config = Object.assign({}, _config, {
      inlineParams: _config.inlineParams || this.shouldInlineParams,
      paramStartIndex: _config.paramStartIndex || { value: 0 }
    });
    const {
      casing,
      escapeName,
      escapeParam,
      prepareTyping,
      inlineParams,
      paramStartIndex
    } = config;
    return mergeQueries(chunks.map((chunk) => {
      if (is(chunk, StringChunk)) {
        return { sql: chunk.value.join(""), params: [] };
      }
      if (is(chunk, Name)) {
        return { sql: escapeName(chunk.value), params: [] };
      }
      if (chunk === undefined) {
        return { sql: "", params: [] };
      }
      if (Array.isArray(chunk)) {
        const result = [new StringChunk("(")];
        for (const [i, p] of chunk.entries()) {
          result.push(p);
          if (i < chunk.length - 1) {
            result.push(new StringChunk(", "));
          }
        }
        result.push(new StringChunk(")"));
        return this.buildQueryFromSourceParams(result, config);
      }
      if (is(chunk, SQL)) {
        return this.buildQueryFromSourceParams(chunk.queryChunks, {
          ...config,
          inlineParams: inlineParams || chunk.shouldInlineParams
        });
      }
      if (is(chunk, Table)) {
        const schemaName = chunk[Table.Symbol.Schema];
        const tableName = chunk[Table.Symbol.Name];
        return {
          sql: schemaName === undefined || chunk[IsAlias] ? escapeName(tableName) : escapeName(schemaName) + "." + escapeName(tableName),
          params: []
        };
      }
      if (is(chunk, Column)) {
        const columnName = casing.getColumnCasing(chunk);
        if (_config.invokeSource === "indexes") {
          return { sql: escapeName(columnName), params: [] };
        }
        const schemaName = chunk.table[Table.Symbol.Schema];
        return {
          sql: chunk.table[IsAlias] || schemaName === undefined ? escapeName(chunk.table[Table.Symbol.Name]) + "." + escapeName(columnName) : escapeName(schemaName) + "." + escapeName(chunk.table[Table.Symbol.Name]) + "." + escapeName(columnName),
          params: []
        };
      }
      if (is(chunk, View)) {
        const schemaName = chunk[ViewBaseConfig].schema;
        const viewName = chunk[ViewBaseConfig].name;
        return {
          sql: schemaName === undefined || chunk[ViewBaseConfig].isAlias ? escapeName(viewName) : escapeName(schemaName) + "." + escapeName(viewName),
          params: []
        };
      }
      if (is(chunk, Param)) {
        if (is(chunk.value, Placeholder)) {
          return { sql: escapeParam(paramStartIndex.value++, chunk), params: [chunk], typings: ["none"] };
        }
        const mappedValue = chunk.value === null ? null : chunk.encoder.mapToDriverValue(chunk.value);
        if (is(mappedValue, SQL)) {
          return this.buildQueryFromSourceParams([mappedValue], config);
        }
        if (inlineParams) {
          return { sql: this.mapInlineParam(mappedValue, config), params: [] };
        }
        let typings = ["none"];
        if (prepareTyping) {
          typings = [prepareTyping(chunk.encoder)];
        }
        return { sql: escapeParam(paramStartIndex.value++, mappedValue), params: [mappedValue], typings };
      }
      if (is(chunk, Placeholder)) {
        return { sql: escapeParam(paramStartIndex.value++, chunk), params: [chunk], typings: ["none"] };
      }
      if (is(chunk, SQL.Aliased) && chunk.fieldAlias !== undefined) {
        return { sql: escapeName(chunk.fieldAlias), params: [] };
      }
      if (is(chunk, Subquery)) {
        if (chunk._.isWith) {
          return { sql: escapeName(chunk._.alias), params: [] };
        }
        return this.buildQueryFromSourceParams([
          new StringChunk("("),
          chunk._.sql,
          new StringChunk(") "),
          new Name(chunk._.alias)
        ], config);
      }
      if (isPgEnum(chunk)) {
        if (chunk.schema) {
          return { sql: escapeName(chunk.schema) + "." + escapeName(chunk.enumName), params: [] };
        }
        return { sql: escapeName(chunk.enumName), params: [] };
      }
      if (isSQLWrapper(chunk)) {
        if (chunk.shouldOmitSQLParens?.()) {
          return this.buildQueryFromSourceParams([chunk.getSQL()], config);
        }
        return this.buildQueryFromSourceParams([
          new StringChunk("("),
          chunk.getSQL(),
          new StringChunk(")")
        ], config);
      }
      if (inlineParams) {
        return { sql: this.mapInlineParam(chunk, config), params: [] };
      }
      return { sql: escapeParam(paramStartIndex.value++, chunk), params: [chunk], typings: ["none"] };
    }));
  }
  mapInlineParam(chunk, { escapeString }) {
    if (chunk === null) {
      return "null";
    }
    if (typeof chunk === "number" || typeof chunk === "boolean") {
      return chunk.toString();
    }
    if (typeof chunk === "string") {
      return escapeString(chunk);
    }
    if (typeof chunk === "object") {
      const mappedValueAsString = chunk.toString();
      if (mappedValueAsString === "[object Object]") {
        return escapeString(JSON.stringify(chunk));
      }
      return escapeString(mappedValueAsString);
    }
    throw new Error("Unexpected param value: " + chunk);
  }
  getSQL() {
    return this;
  }
  as(alias) {
    if (alias === undefined) {
      return this;
    }
    return new SQL.Aliased(this, alias);
  }
  mapWith(decoder) {
    this.decoder = typeof decoder === "function" ? { mapFromDriverValue: decoder } : decoder;
    return this;
  }
  inlineParams() {
    this.shouldInlineParams = true;
    return this;
  }
  if(condition) {
    return condition ? this : undefined;
  }
}

class Name {
  constructor(value) {
    this.value = value;
  }
  static [entityKind] = "Name";
  brand;
  getSQL() {
    return new SQL([this]);
  }
}
var noopDecoder = {
  mapFromDriverValue: (value) => value
};
var noopEncoder = {
  mapToDriverValue: (value) => value
};
var noopMapper = {
  ...noopDecoder,
  ...noopEncoder
};

class Param {
  constructor(value, encoder = noopEncoder) {
    this.value = value;
    this.encoder = encoder;
  }
  static [entityKind] = "Param";
  brand;
  getSQL() {
    return new SQL([this]);
  }
}
function sql(strings, ...params) {
  const queryChunks = [];
  if (params.length > 0 || strings.length > 0 && strings[0] !== "") {
    queryChunks.push(new StringChunk(strings[0]));
  }
  for (const [paramIndex, param2] of params.entries()) {
    queryChunks.push(param2, new StringChunk(strings[paramIndex + 1]));
  }
  return new SQL(queryChunks);
}
((sql2) => {
  function empty() {
    return new SQL([]);
  }
  sql2.empty = empty;
  function fromList(list) {
    return new SQL(list);
  }
  sql2.fromList = fromList;
  function raw(str) {
    return new SQL([new StringChunk(str)]);
  }
  sql2.raw = raw;
  function join(chunks, separator) {
    const result = [];
    for (const [i, chunk] of chunks.entries()) {
      if (i > 0 && separator !== undefined) {
        result.push(separator);
      }
      result.push(chunk);
    }
    return new SQL(result);
  }
  sql2.join = join;
  function identifier(value) {
    return new Name(value);
  }
  sql2.identifier = identifier;
  function placeholder2(name2) {
    return new Placeholder(name2);
  }
  sql2.placeholder = placeholder2;
  function param2(value, encoder) {
    return new Param(value, encoder);
  }
  sql2.param = param2;
})(sql || (sql = {}));
((SQL2) => {

  class Aliased {
    constructor(sql2, fieldAlias) {
      this.sql = sql2;
      this.fieldAlias = fieldAlias;
    }
    static [entityKind] = "SQL.Aliased";
    isSelectionField = false;
    getSQL() {
      return this.sql;
    }
    clone() {
      return new Aliased(this.sql, this.fieldAlias);
    }
  }
  SQL2.Aliased = Aliased;
})(SQL || (SQL = {}));

class Placeholder {
  constructor(name2) {
    this.name = name2;
  }
  static [entityKind] = "Placeholder";
  getSQL() {
    return new SQL([this]);
  }
}
var IsDrizzleView = Symbol.for("drizzle:IsDrizzleView");

class View {
  static [entityKind] = "View";
  [ViewBaseConfig];
  [IsDrizzleView] = true;
  constructor({ name: name2, schema, selectedFields, query }) {
    this[ViewBaseConfig] = {
      name: name2,
      originalName: name2,
      schema,
      selectedFields,
      query,
      isExisting: !query,
      isAlias: false
    };
  }
  getSQL() {
    return new SQL([this]);
  }
}
Column.prototype.getSQL = function() {
  return new SQL([this]);
};
Table.prototype.getSQL = function() {
  return new SQL([this]);
};
Subquery.prototype.getSQL = function() {
  return new SQL([this]);
};

// ../../work/main/node_modules/drizzle-orm/utils.js
function getColumnNameAndConfig(a, b) {
  return {
    name: typeof a === "string" && a.length > 0 ? a : "",
    config: typeof a === "object" ? a : b
  };
}
var textDecoder = typeof TextDecoder === "undefined" ? null : new TextDecoder;

// ../../work/main/node_modules/drizzle-orm/sql/expressions/conditions.js
function isNull(value) {
  return sql`${value} is null`;
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/foreign-keys.js
class ForeignKeyBuilder {
  static [entityKind] = "SQLiteForeignKeyBuilder";
  reference;
  _onUpdate;
  _onDelete;
  constructor(config, actions) {
    this.reference = () => {
      const { name, columns, foreignColumns } = config();
      return { name, columns, foreignTable: foreignColumns[0].table, foreignColumns };
    };
    if (actions) {
      this._onUpdate = actions.onUpdate;
      this._onDelete = actions.onDelete;
    }
  }
  onUpdate(action) {
    this._onUpdate = action;
    return this;
  }
  onDelete(action) {
    this._onDelete = action;
    return this;
  }
  build(table) {
    return new ForeignKey(table, this);
  }
}

class ForeignKey {
  constructor(table, builder) {
    this.table = table;
    this.reference = builder.reference;
    this.onUpdate = builder._onUpdate;
    this.onDelete = builder._onDelete;
  }
  static [entityKind] = "SQLiteForeignKey";
  reference;
  onUpdate;
  onDelete;
  getName() {
    const { name, columns, foreignColumns } = this.reference();
    const columnNames = columns.map((column) => column.name);
    const foreignColumnNames = foreignColumns.map((column) => column.name);
    const chunks = [
      this.table[TableName],
      ...columnNames,
      foreignColumns[0].table[TableName],
      ...foreignColumnNames
    ];
    return name ?? `${chunks.join("_")}_fk`;
  }
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/unique-constraint.js
function uniqueKeyName(table, columns) {
  return `${table[TableName]}_${columns.join("_")}_unique`;
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/columns/common.js
class SQLiteColumnBuilder extends ColumnBuilder {
  static [entityKind] = "SQLiteColumnBuilder";
  foreignKeyConfigs = [];
  references(ref, actions = {}) {
    this.foreignKeyConfigs.push({ ref, actions });
    return this;
  }
  unique(name) {
    this.config.isUnique = true;
    this.config.uniqueName = name;
    return this;
  }
  generatedAlwaysAs(as, config) {
    this.config.generated = {
      as,
      type: "always",
      mode: config?.mode ?? "virtual"
    };
    return this;
  }
  buildForeignKeys(column, table) {
    return this.foreignKeyConfigs.map(({ ref, actions }) => {
      return ((ref2, actions2) => {
        const builder = new ForeignKeyBuilder(() => {
          const foreignColumn = ref2();
          return { columns: [column], foreignColumns: [foreignColumn] };
        });
        if (actions2.onUpdate) {
          builder.onUpdate(actions2.onUpdate);
        }
        if (actions2.onDelete) {
          builder.onDelete(actions2.onDelete);
        }
        return builder.build(table);
      })(ref, actions);
    });
  }
}

class SQLiteColumn extends Column {
  constructor(table, config) {
    if (!config.uniqueName) {
      config.uniqueName = uniqueKeyName(table, [config.name]);
    }
    super(table, config);
    this.table = table;
  }
  static [entityKind] = "SQLiteColumn";
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/columns/blob.js
class SQLiteBigIntBuilder extends SQLiteColumnBuilder {
  static [entityKind] = "SQLiteBigIntBuilder";
  constructor(name) {
    super(name, "bigint", "SQLiteBigInt");
  }
  build(table) {
    return new SQLiteBigInt(table, this.config);
  }
}

class SQLiteBigInt extends SQLiteColumn {
  static [entityKind] = "SQLiteBigInt";
  getSQLType() {
    return "blob";
  }
  mapFromDriverValue(value) {
    if (typeof Buffer !== "undefined" && Buffer.from) {
      const buf = Buffer.isBuffer(value) ? value : value instanceof ArrayBuffer ? Buffer.from(value) : value.buffer ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.from(value);
      return BigInt(buf.toString("utf8"));
    }
    return BigInt(textDecoder.decode(value));
  }
  mapToDriverValue(value) {
    return Buffer.from(value.toString());
  }
}

class SQLiteBlobJsonBuilder extends SQLiteColumnBuilder {
  static [entityKind] = "SQLiteBlobJsonBuilder";
  constructor(name) {
    super(name, "json", "SQLiteBlobJson");
  }
  build(table) {
    return new SQLiteBlobJson(table, this.config);
  }
}

class SQLiteBlobJson extends SQLiteColumn {
  static [entityKind] = "SQLiteBlobJson";
  getSQLType() {
    return "blob";
  }
  mapFromDriverValue(value) {
    if (typeof Buffer !== "undefined" && Buffer.from) {
      const buf = Buffer.isBuffer(value) ? value : value instanceof ArrayBuffer ? Buffer.from(value) : value.buffer ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.from(value);
      return JSON.parse(buf.toString("utf8"));
    }
    return JSON.parse(textDecoder.decode(value));
  }
  mapToDriverValue(value) {
    return Buffer.from(JSON.stringify(value));
  }
}

class SQLiteBlobBufferBuilder extends SQLiteColumnBuilder {
  static [entityKind] = "SQLiteBlobBufferBuilder";
  constructor(name) {
    super(name, "buffer", "SQLiteBlobBuffer");
  }
  build(table) {
    return new SQLiteBlobBuffer(table, this.config);
  }
}

class SQLiteBlobBuffer extends SQLiteColumn {
  static [entityKind] = "SQLiteBlobBuffer";
  mapFromDriverValue(value) {
    if (Buffer.isBuffer(value)) {
      return value;
    }
    return Buffer.from(value);
  }
  getSQLType() {
    return "blob";
  }
}
function blob(a, b) {
  const { name, config } = getColumnNameAndConfig(a, b);
  if (config?.mode === "json") {
    return new SQLiteBlobJsonBuilder(name);
  }
  if (config?.mode === "bigint") {
    return new SQLiteBigIntBuilder(name);
  }
  return new SQLiteBlobBufferBuilder(name);
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/columns/custom.js
class SQLiteCustomColumnBuilder extends SQLiteColumnBuilder {
  static [entityKind] = "SQLiteCustomColumnBuilder";
  constructor(name, fieldConfig, customTypeParams) {
    super(name, "custom", "SQLiteCustomColumn");
    this.config.fieldConfig = fieldConfig;
    this.config.customTypeParams = customTypeParams;
  }
  build(table) {
    return new SQLiteCustomColumn(table, this.config);
  }
}

class SQLiteCustomColumn extends SQLiteColumn {
  static [entityKind] = "SQLiteCustomColumn";
  sqlName;
  mapTo;
  mapFrom;
  constructor(table, config) {
    super(table, config);
    this.sqlName = config.customTypeParams.dataType(config.fieldConfig);
    this.mapTo = config.customTypeParams.toDriver;
    this.mapFrom = config.customTypeParams.fromDriver;
  }
  getSQLType() {
    return this.sqlName;
  }
  mapFromDriverValue(value) {
    return typeof this.mapFrom === "function" ? this.mapFrom(value) : value;
  }
  mapToDriverValue(value) {
    return typeof this.mapTo === "function" ? this.mapTo(value) : value;
  }
}
function customType(customTypeParams) {
  return (a, b) => {
    const { name, config } = getColumnNameAndConfig(a, b);
    return new SQLiteCustomColumnBuilder(name, config, customTypeParams);
  };
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/columns/integer.js
class SQLiteBaseIntegerBuilder extends SQLiteColumnBuilder {
  static [entityKind] = "SQLiteBaseIntegerBuilder";
  constructor(name, dataType, columnType) {
    super(name, dataType, columnType);
    this.config.autoIncrement = false;
  }
  primaryKey(config) {
    if (config?.autoIncrement) {
      this.config.autoIncrement = true;
    }
    this.config.hasDefault = true;
    return super.primaryKey();
  }
}

class SQLiteBaseInteger extends SQLiteColumn {
  static [entityKind] = "SQLiteBaseInteger";
  autoIncrement = this.config.autoIncrement;
  getSQLType() {
    return "integer";
  }
}

class SQLiteIntegerBuilder extends SQLiteBaseIntegerBuilder {
  static [entityKind] = "SQLiteIntegerBuilder";
  constructor(name) {
    super(name, "number", "SQLiteInteger");
  }
  build(table) {
    return new SQLiteInteger(table, this.config);
  }
}

class SQLiteInteger extends SQLiteBaseInteger {
  static [entityKind] = "SQLiteInteger";
}

class SQLiteTimestampBuilder extends SQLiteBaseIntegerBuilder {
  static [entityKind] = "SQLiteTimestampBuilder";
  constructor(name, mode) {
    super(name, "date", "SQLiteTimestamp");
    this.config.mode = mode;
  }
  defaultNow() {
    return this.default(sql`(cast((julianday('now') - 2440587.5)*86400000 as integer))`);
  }
  build(table) {
    return new SQLiteTimestamp(table, this.config);
  }
}

class SQLiteTimestamp extends SQLiteBaseInteger {
  static [entityKind] = "SQLiteTimestamp";
  mode = this.config.mode;
  mapFromDriverValue(value) {
    if (this.config.mode === "timestamp") {
      return new Date(value * 1000);
    }
    return new Date(value);
  }
  mapToDriverValue(value) {
    const unix = value.getTime();
    if (this.config.mode === "timestamp") {
      return Math.floor(unix / 1000);
    }
    return unix;
  }
}

class SQLiteBooleanBuilder extends SQLiteBaseIntegerBuilder {
  static [entityKind] = "SQLiteBooleanBuilder";
  constructor(name, mode) {
    super(name, "boolean", "SQLiteBoolean");
    this.config.mode = mode;
  }
  build(table) {
    return new SQLiteBoolean(table, this.config);
  }
}

class SQLiteBoolean extends SQLiteBaseInteger {
  static [entityKind] = "SQLiteBoolean";
  mode = this.config.mode;
  mapFromDriverValue(value) {
    return Number(value) === 1;
  }
  mapToDriverValue(value) {
    return value ? 1 : 0;
  }
}
function integer(a, b) {
  const { name, config } = getColumnNameAndConfig(a, b);
  if (config?.mode === "timestamp" || config?.mode === "timestamp_ms") {
    return new SQLiteTimestampBuilder(name, config.mode);
  }
  if (config?.mode === "boolean") {
    return new SQLiteBooleanBuilder(name, config.mode);
  }
  return new SQLiteIntegerBuilder(name);
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/columns/numeric.js
class SQLiteNumericBuilder extends SQLiteColumnBuilder {
  static [entityKind] = "SQLiteNumericBuilder";
  constructor(name) {
    super(name, "string", "SQLiteNumeric");
  }
  build(table) {
    return new SQLiteNumeric(table, this.config);
  }
}

class SQLiteNumeric extends SQLiteColumn {
  static [entityKind] = "SQLiteNumeric";
  mapFromDriverValue(value) {
    if (typeof value === "string")
      return value;
    return String(value);
  }
  getSQLType() {
    return "numeric";
  }
}

class SQLiteNumericNumberBuilder extends SQLiteColumnBuilder {
  static [entityKind] = "SQLiteNumericNumberBuilder";
  constructor(name) {
    super(name, "number", "SQLiteNumericNumber");
  }
  build(table) {
    return new SQLiteNumericNumber(table, this.config);
  }
}

class SQLiteNumericNumber extends SQLiteColumn {
  static [entityKind] = "SQLiteNumericNumber";
  mapFromDriverValue(value) {
    if (typeof value === "number")
      return value;
    return Number(value);
  }
  mapToDriverValue = String;
  getSQLType() {
    return "numeric";
  }
}

class SQLiteNumericBigIntBuilder extends SQLiteColumnBuilder {
  static [entityKind] = "SQLiteNumericBigIntBuilder";
  constructor(name) {
    super(name, "bigint", "SQLiteNumericBigInt");
  }
  build(table) {
    return new SQLiteNumericBigInt(table, this.config);
  }
}

class SQLiteNumericBigInt extends SQLiteColumn {
  static [entityKind] = "SQLiteNumericBigInt";
  mapFromDriverValue = BigInt;
  mapToDriverValue = String;
  getSQLType() {
    return "numeric";
  }
}
function numeric(a, b) {
  const { name, config } = getColumnNameAndConfig(a, b);
  const mode = config?.mode;
  return mode === "number" ? new SQLiteNumericNumberBuilder(name) : mode === "bigint" ? new SQLiteNumericBigIntBuilder(name) : new SQLiteNumericBuilder(name);
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/columns/real.js
class SQLiteRealBuilder extends SQLiteColumnBuilder {
  static [entityKind] = "SQLiteRealBuilder";
  constructor(name) {
    super(name, "number", "SQLiteReal");
  }
  build(table) {
    return new SQLiteReal(table, this.config);
  }
}

class SQLiteReal extends SQLiteColumn {
  static [entityKind] = "SQLiteReal";
  getSQLType() {
    return "real";
  }
}
function real(name) {
  return new SQLiteRealBuilder(name ?? "");
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/columns/text.js
class SQLiteTextBuilder extends SQLiteColumnBuilder {
  static [entityKind] = "SQLiteTextBuilder";
  constructor(name, config) {
    super(name, "string", "SQLiteText");
    this.config.enumValues = config.enum;
    this.config.length = config.length;
  }
  build(table) {
    return new SQLiteText(table, this.config);
  }
}

class SQLiteText extends SQLiteColumn {
  static [entityKind] = "SQLiteText";
  enumValues = this.config.enumValues;
  length = this.config.length;
  constructor(table, config) {
    super(table, config);
  }
  getSQLType() {
    return `text${this.config.length ? `(${this.config.length})` : ""}`;
  }
}

class SQLiteTextJsonBuilder extends SQLiteColumnBuilder {
  static [entityKind] = "SQLiteTextJsonBuilder";
  constructor(name) {
    super(name, "json", "SQLiteTextJson");
  }
  build(table) {
    return new SQLiteTextJson(table, this.config);
  }
}

class SQLiteTextJson extends SQLiteColumn {
  static [entityKind] = "SQLiteTextJson";
  getSQLType() {
    return "text";
  }
  mapFromDriverValue(value) {
    return JSON.parse(value);
  }
  mapToDriverValue(value) {
    return JSON.stringify(value);
  }
}
function text2(a, b = {}) {
  const { name, config } = getColumnNameAndConfig(a, b);
  if (config.mode === "json") {
    return new SQLiteTextJsonBuilder(name);
  }
  return new SQLiteTextBuilder(name, config);
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/columns/all.js
function getSQLiteColumnBuilders() {
  return {
    blob,
    customType,
    integer,
    numeric,
    real,
    text: text2
  };
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/table.js
var InlineForeignKeys = Symbol.for("drizzle:SQLiteInlineForeignKeys");

class SQLiteTable extends Table {
  static [entityKind] = "SQLiteTable";
  static Symbol = Object.assign({}, Table.Symbol, {
    InlineForeignKeys
  });
  [Table.Symbol.Columns];
  [InlineForeignKeys] = [];
  [Table.Symbol.ExtraConfigBuilder] = undefined;
}
function sqliteTableBase(name, columns, extraConfig, schema, baseName = name) {
  const rawTable = new SQLiteTable(name, schema, baseName);
  const parsedColumns = typeof columns === "function" ? columns(getSQLiteColumnBuilders()) : columns;
  const builtColumns = Object.fromEntries(Object.entries(parsedColumns).map(([name2, colBuilderBase]) => {
    const colBuilder = colBuilderBase;
    colBuilder.setName(name2);
    const column = colBuilder.build(rawTable);
    rawTable[InlineForeignKeys].push(...colBuilder.buildForeignKeys(column, rawTable));
    return [name2, column];
  }));
  const table = Object.assign(rawTable, builtColumns);
  table[Table.Symbol.Columns] = builtColumns;
  table[Table.Symbol.ExtraConfigColumns] = builtColumns;
  if (extraConfig) {
    table[SQLiteTable.Symbol.ExtraConfigBuilder] = extraConfig;
  }
  return table;
}
var sqliteTable = (name, columns, extraConfig) => {
  return sqliteTableBase(name, columns, extraConfig);
};

// ../../work/main/node_modules/drizzle-orm/sqlite-core/indexes.js
class IndexBuilderOn {
  constructor(name, unique) {
    this.name = name;
    this.unique = unique;
  }
  static [entityKind] = "SQLiteIndexBuilderOn";
  on(...columns) {
    return new IndexBuilder(this.name, columns, this.unique);
  }
}

class IndexBuilder {
  static [entityKind] = "SQLiteIndexBuilder";
  config;
  constructor(name, columns, unique) {
    this.config = {
      name,
      columns,
      unique,
      where: undefined
    };
  }
  where(condition) {
    this.config.where = condition;
    return this;
  }
  build(table) {
    return new Index(this.config, table);
  }
}

class Index {
  static [entityKind] = "SQLiteIndex";
  config;
  constructor(config, table) {
    this.config = { ...config, table };
  }
}
function index(name) {
  return new IndexBuilderOn(name, false);
}
function uniqueIndex(name) {
  return new IndexBuilderOn(name, true);
}

// ../../work/main/node_modules/drizzle-orm/sqlite-core/primary-keys.js
function primaryKey(...config) {
  if (config[0].columns) {
    return new PrimaryKeyBuilder(config[0].columns, config[0].name);
  }
  return new PrimaryKeyBuilder(config);
}

class PrimaryKeyBuilder {
  static [entityKind] = "SQLitePrimaryKeyBuilder";
  columns;
  name;
  constructor(columns, name) {
    this.columns = columns;
    this.name = name;
  }
  build(table) {
    return new PrimaryKey(table, this.columns, this.name);
  }
}

class PrimaryKey {
  constructor(table, columns, name) {
    this.table = table;
    this.columns = columns;
    this.name = name;
  }
  static [entityKind] = "SQLitePrimaryKey";
  columns;
  name;
  getName() {
    return this.name ?? `${this.table[SQLiteTable.Symbol.Name]}_${this.columns.map((column) => column.name).join("_")}_pk`;
  }
}

// ../wt/a-core/storage/libsql/schema.ts
var log = sqliteTable("log", {
  logId: text2("log_id").primaryKey()
});
var asset = sqliteTable("asset", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  key: text2("key").notNull().unique()
});
var wipedAsset = sqliteTable("wiped_asset", { assetId: integer("asset_id").primaryKey() });
var pruned = sqliteTable("pruned", {
  kind: integer("kind").primaryKey(),
  eventId: integer("event_id").notNull()
});
var retention = sqliteTable("retention", { clock: integer("clock").notNull() });
var event = sqliteTable("event", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  assetId: integer("asset_id").notNull(),
  kind: integer("kind").notNull(),
  partition: text2("partition"),
  checkName: text2("check_name"),
  passed: integer("passed"),
  severity: text2("severity"),
  versioned: integer("versioned"),
  timestamp: integer("timestamp").notNull(),
  receivedAt: integer("received_at").notNull(),
  idempotencyKey: text2("idempotency_key"),
  details: text2("details").notNull()
}, (table) => [index("event_by_asset").on(table.assetId, table.id, table.kind, table.partition)]);
var summary = sqliteTable("summary", {
  assetId: integer("asset_id").notNull(),
  scope: integer("scope").notNull(),
  checkName: text2("check_name").notNull(),
  partition: blob("partition").notNull(),
  eventId: integer("event_id").notNull(),
  timestamp: integer("timestamp").notNull(),
  events: integer("events").notNull()
}, (table) => [primaryKey({ columns: [table.assetId, table.scope, table.checkName, table.partition] })]);
var idempotency = sqliteTable("idempotency", {
  assetId: integer("asset_id").notNull(),
  kind: integer("kind").notNull(),
  key: text2("key").notNull(),
  eventId: integer("event_id").notNull(),
  fingerprint: text2("fingerprint").notNull(),
  receivedAt: integer("received_at").notNull()
}, (table) => [
  primaryKey({ columns: [table.assetId, table.kind, table.key] }),
  index("idempotency_by_age").on(table.receivedAt)
]);
var token = sqliteTable("token", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  name: text2("name").notNull(),
  hash: text2("hash").notNull(),
  scopes: text2("scopes").notNull(),
  prefix: text2("prefix"),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at"),
  revokedAt: integer("revoked_at"),
  lastUsedAt: integer("last_used_at")
}, (table) => [uniqueIndex("token_by_name").on(table.name).where(isNull(table.revokedAt))]);

// ../wt/a-core/storage/libsql/sortable-text.ts
var separator = "\x01";
var reserved = /[\u0000-\u0002]/g;
function encodeText(text) {
  return text.toWellFormed().replace(reserved, (unit) => `\x02${String.fromCharCode(unit.charCodeAt(0) + 3)}`);
}
function encodeKey(key) {
  return key.map(encodeText).join(separator);
}

// ../wt/a-core/storage/libsql/event-row.ts
var kinds2 = {
  ASSET_MATERIALIZATION: 1,
  ASSET_OBSERVATION: 2,
  ASSET_CHECK_EVALUATION: 3,
  ASSET_WIPED: 4
};
var eventColumns = {
  id: event.id,
  key: asset.key,
  kind: event.kind,
  partition: event.partition,
  checkName: event.checkName,
  passed: event.passed,
  severity: event.severity,
  timestamp: event.timestamp,
  receivedAt: event.receivedAt,
  idempotencyKey: event.idempotencyKey,
  details: event.details
};
function encodeEvent(event2, mark) {
  const check = event2.type === "ASSET_CHECK_EVALUATION" ? event2 : undefined;
  const row = [
    encodeKey(event2.assetKey),
    kinds2[event2.type],
    event2.partition === null ? null : encodeText(event2.partition),
    check === undefined ? null : encodeText(check.checkName),
    check === undefined ? null : Number(check.passed),
    check === undefined ? null : check.severity,
    check === undefined && dataVersionOf(event2) !== null ? 1 : null,
    event2.timestamp,
    formatDetails(event2)
  ];
  if (mark !== undefined)
    row.push(encodeText(mark.key), mark.fingerprint);
  return JSON.stringify(row);
}

// ../wt/a-core/storage/fingerprint.ts
import { createHash } from "node:crypto";

// ../wt/a-core/core/ints.ts
class Ints {
  items = new Int32Array(64);
  length = 0;
  extend(count) {
    const start = this.length;
    this.length += count;
    if (this.length > this.items.length) {
      const larger = new Int32Array(Math.max(2 * this.items.length, this.length));
      larger.set(this.items);
      this.items = larger;
    }
    return start;
  }
  add(numbers) {
    const start = this.extend(numbers.length);
    this.items.set(numbers, start);
    return start;
  }
  at(index) {
    return this.items[index];
  }
}

// ../wt/a-core/core/json-edits.ts
var edit = { cut: 0, quote: 1, recode: 2 };

class JsonEdits {
  #source;
  #edits = new Ints;
  #reorders = new Ints;
  #members = new Ints;
  #writer = new Writer;
  constructor(source) {
    this.#source = source;
  }
  add(start, end, kind) {
    const at = this.#edits.extend(3);
    const { items } = this.#edits;
    items[at] = start;
    items[at + 1] = end;
    items[at + 2] = kind;
  }
  get reordered() {
    return this.#reorders.length / reorderFields;
  }
  reorder(start, end, inner, members) {
    this.#reorders.add([start, end, inner, this.#members.add(members), members.length]);
  }
  text(start, end) {
    if (this.#edits.length === 0 && this.#reorders.length === 0)
      return this.#source.slice(start, end);
    this.#writer = new Writer;
    this.#write(start, end);
    return this.#writer.text();
  }
  #write(start, end) {
    let from = start;
    for (const reorder of this.#outermostReorders(start, end)) {
      const [at, inner] = [reorder * reorderFields, this.#reorders.at(reorder * reorderFields + 2)];
      this.#copy(from, this.#reorders.at(at));
      from = this.#reorders.at(at + 1);
      const first = this.#reorders.at(at + 3);
      const last = first + this.#reorders.at(at + 4);
      for (let member = first;member < last; member += 2) {
        this.#writer.add(member === first ? "{" : ",");
        const [memberStart, memberEnd] = [this.#members.at(member), this.#members.at(member + 1)];
        if (inner === reorder)
          this.#copy(memberStart, memberEnd);
        else
          this.#write(memberStart, memberEnd);
      }
      this.#writer.add("}");
    }
    this.#copy(from, end);
  }
  #outermostReorders(start, end) {
    const found = [];
    let reorder = firstFrom(this.#reorders, reorderFields, 1, end + 1) / reorderFields - 1;
    while (reorder >= 0 && this.#reorders.at(reorder * reorderFields) >= start) {
      found.push(reorder);
      reorder = this.#reorders.at(reorder * reorderFields + 2) - 1;
    }
    return found.reverse();
  }
  #copy(start, end) {
    const source = this.#source;
    if (this.#edits.length === 0) {
      this.#writer.add(source.slice(start, end));
      return;
    }
    const { items, length } = this.#edits;
    let chunk = "";
    let from = start;
    for (let i = firstFrom(this.#edits, 3, 0, start);i < length; i += 3) {
      const editStart = items[i];
      if (editStart >= end)
        break;
      if (editStart > from)
        chunk += source.slice(from, editStart);
      from = items[i + 1];
      const kind = items[i + 2];
      if (kind === edit.quote)
        chunk += quoted[from - editStart];
      else if (kind === edit.recode)
        chunk += recode(source.slice(editStart, from));
      if (chunk.length > chunkLength) {
        this.#writer.add(chunk);
        chunk = "";
      }
    }
    this.#writer.add(from < end ? chunk + source.slice(from, end) : chunk);
  }
}
var quoted = { 3: '"NaN"', 8: '"Infinity"', 9: '"-Infinity"' };
var reorderFields = 5;
function firstFrom({ items, length }, fields, field, value) {
  let low = 0;
  let high = length / fields;
  while (low < high) {
    const middle = low + high >>> 1;
    if (items[middle * fields + field] < value)
      low = middle + 1;
    else
      high = middle;
  }
  return low * fields;
}
var chunkLength = 8192;

class Writer {
  #whole = "";
  #chunk = "";
  add(part) {
    this.#chunk += part;
    if (this.#chunk.length < chunkLength)
      return;
    this.#chunk.charCodeAt(0);
    this.#whole += this.#chunk;
    this.#chunk = "";
  }
  text() {
    return this.#whole + this.#chunk;
  }
}
var slash = 47;
var letterU2 = 117;
function recode(token) {
  return (token.length < 64 ? recodeShort(token) : undefined) ?? JSON.stringify(JSON.parse(token).toWellFormed());
}
function recodeShort(token) {
  let text = "";
  let from = 0;
  for (let at = token.indexOf("\\");at !== -1; ) {
    let next = at + 2;
    const escaped = token.charCodeAt(at + 1);
    if (escaped === slash) {
      text += token.slice(from, at);
      from = at + 1;
    } else if (escaped === letterU2) {
      next = at + 6;
      let unit = 0;
      for (let i = at + 2;i < next; i++)
        unit = 16 * unit + hexDigit(token.charCodeAt(i));
      if (unit < 32 || unit === 34 || unit === 92 || unit >= 55296 && unit < 57344)
        return;
      text += token.slice(from, at) + String.fromCharCode(unit);
      from = next;
    }
    at = token.indexOf("\\", next);
  }
  return text + token.slice(from);
}
function hexDigit(unit) {
  return (unit & 15) + 9 * (unit >> 6);
}

// ../wt/a-core/core/member-order.ts
function memberOrder(names, isSorted) {
  const last = new Map;
  for (let i = 0;i < names.length; i++)
    last.set(names[i], i);
  const indexes = [];
  const others = [];
  for (const name of last.keys())
    (isArrayIndex(name) ? indexes : others).push(name);
  if (indexes.length > 1)
    indexes.sort((a, b) => Number(a) - Number(b));
  if (isSorted)
    others.sort();
  const order = [];
  for (const list of [indexes, others])
    for (const name of list)
      order.push(last.get(name));
  return order.length === names.length && order.every((member, place) => member === place) ? undefined : order;
}
function isArrayIndex(name) {
  return /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1;
}

// ../wt/a-core/core/member-names.ts
var zero = 48;
var nine = 57;

class Shape {
  spans = new Ints;
  order;
}

class MemberNames {
  #source;
  #edits;
  #isSorted;
  #open = new Ints;
  #starts;
  #bases;
  #reordered;
  #matched;
  #escaped;
  #shapes;
  constructor(source, edits, maxDepth, isSorted) {
    this.#source = source;
    this.#edits = edits;
    this.#isSorted = isSorted;
    this.#starts = new Int32Array(maxDepth + 1);
    this.#bases = new Int32Array(maxDepth + 1);
    this.#reordered = new Int32Array(maxDepth + 1);
    this.#matched = new Int32Array(maxDepth + 1);
    this.#escaped = new Uint8Array(maxDepth + 1);
    this.#shapes = [];
  }
  open(depth, start) {
    this.#starts[depth] = start;
    this.#bases[depth] = this.#open.length;
    this.#reordered[depth] = this.#edits.reordered;
    this.#matched[depth] = 0;
    this.#escaped[depth] = 0;
  }
  match(depth, start) {
    const place = this.#matched[depth];
    if (place < 0)
      return -1;
    const spans = this.#shapes[depth]?.spans;
    if (spans !== undefined && 2 * place < spans.length) {
      const from = spans.at(2 * place);
      const length = spans.at(2 * place + 1) - from;
      if (isSame(this.#source, from, start, length)) {
        this.#matched[depth] = place + 1;
        this.#push(start, start + length);
        return start + length;
      }
    }
    this.#matched[depth] = -1;
    return -1;
  }
  add(depth, start, end, isEscaped) {
    if (isEscaped)
      this.#escaped[depth] = 1;
    this.#push(start, end);
  }
  last() {
    const { length } = this.#open;
    return this.#decode(this.#open.at(length - 2), this.#open.at(length - 1));
  }
  close(depth, end) {
    const base = this.#bases[depth];
    const size = this.#open.length - base;
    if (size > 2) {
      const shape = this.#shapes[depth];
      const isKnown = 2 * this.#matched[depth] === size;
      const order = isKnown && shape !== undefined && (shape.order === undefined || shape.spans.length === size) ? shape.order : this.#learn(depth, base);
      if (order !== undefined) {
        const start = this.#starts[depth];
        this.#edits.reorder(start, end, this.#reordered[depth], this.#membersIn(order, base, end));
      }
    }
    this.#open.length = base;
  }
  #push(start, end) {
    const at = this.#open.extend(2);
    this.#open.items[at] = start;
    this.#open.items[at + 1] = end;
  }
  #learn(depth, base) {
    const names = this.#open.items.subarray(base, this.#open.length);
    let shape = this.#shapes[depth];
    if (shape === undefined) {
      shape = new Shape;
      this.#shapes[depth] = shape;
    }
    shape.spans.length = 0;
    const isEscaped = this.#escaped[depth] === 1;
    if (!isEscaped)
      shape.spans.add(names);
    const order = !isEscaped && this.#isInOrder(names) ? undefined : memberOrder(this.#decodeAll(names), this.#isSorted);
    shape.order = order;
    return order;
  }
  #isInOrder(names) {
    const source = this.#source;
    for (let i = 0;i < names.length; i += 2) {
      const first = source.charCodeAt(names[i] + 1);
      if (first >= zero && first <= nine)
        return false;
    }
    if (this.#ascend(names))
      return true;
    return !this.#isSorted && names.length <= 16 && !this.#haveTwins(names);
  }
  #ascend(names) {
    for (let i = 2;i < names.length; i += 2) {
      if (!this.#isLess(names[i - 2], names[i]))
        return false;
    }
    return true;
  }
  #isLess(a, b) {
    const source = this.#source;
    for (let i = 1;; i++) {
      const left = source.charCodeAt(a + i);
      const right = source.charCodeAt(b + i);
      if (left === right && left !== quote2)
        continue;
      return right !== quote2 && (left === quote2 || left < right);
    }
  }
  #haveTwins(names) {
    for (let i = 2;i < names.length; i += 2) {
      const start = names[i];
      const length = names[i + 1] - start;
      for (let j = 0;j < i; j += 2) {
        const other = names[j];
        if (names[j + 1] - other === length && isSame(this.#source, other, start, length))
          return true;
      }
    }
    return false;
  }
  #decodeAll(names) {
    const decoded = [];
    for (let i = 0;i < names.length; i += 2)
      decoded.push(this.#decode(names[i], names[i + 1]));
    return decoded;
  }
  #decode(start, end) {
    const name = this.#source.slice(start + 1, end - 1);
    if (!name.includes("\\"))
      return name;
    const decoded = JSON.parse(`"${name}"`);
    return decoded.toWellFormed();
  }
  #membersIn(order, base, end) {
    const members = [];
    const count = (this.#open.length - base) / 2;
    for (const member of order) {
      const start = this.#open.at(base + 2 * member);
      const next = member + 1 < count ? this.#open.at(base + 2 * member + 2) : end;
      const memberEnd = this.#trimmed(this.#trimmed(next) - 1);
      if (start === (members.at(-1) ?? end) + 1)
        members[members.length - 1] = memberEnd;
      else
        members.push(start, memberEnd);
    }
    return members;
  }
  #trimmed(end) {
    let at = end;
    while (this.#source.charCodeAt(at - 1) <= 32)
      at--;
    return at;
  }
}
var quote2 = 34;
function isSame(source, a, b, length) {
  let i = 1;
  while (i < length && source.charCodeAt(a + i) === source.charCodeAt(b + i))
    i++;
  return i === length;
}

// ../wt/a-core/core/json-scanner.ts
var space = 32;
var quote3 = 34;
var plus = 43;
var comma2 = 44;
var minus = 45;
var point = 46;
var slash2 = 47;
var zero2 = 48;
var nine2 = 57;
var colon2 = 58;
var bracket2 = 91;
var backslash2 = 92;
var closeBracket2 = 93;
var letterE = 101;
var letterU3 = 117;
var brace2 = 123;
var closeBrace2 = 125;

class JsonScanner {
  #source;
  #maxDepth;
  #edits;
  #names;
  #at;
  #depth = 0;
  #isObject;
  #deepest = 0;
  #deepestFilled = 0;
  #nextBackslash = -1;
  #nextControl = -1;
  #lastEscaped = -1;
  constructor(text, { maxDepth, isSorted = false }) {
    this.#source = text.toWellFormed();
    this.#maxDepth = maxDepth;
    this.#edits = new JsonEdits(this.#source);
    this.#names = new MemberNames(this.#source, this.#edits, maxDepth, isSorted);
    this.#isObject = new Uint8Array(maxDepth + 1);
    this.#at = this.#skip(0);
  }
  get at() {
    return this.#at;
  }
  get next() {
    return this.#source.charAt(this.#at);
  }
  text({ start, end }) {
    return this.#edits.text(start, end);
  }
  source({ start, end }) {
    return this.#source.slice(start, end);
  }
  value() {
    const before = this.#startSpan();
    const start = this.#at;
    this.#at = this.#values(start);
    return this.#endSpan(start, before);
  }
  object(visit) {
    const before = this.#startSpan();
    const start = this.#at;
    let at = this.#open(start, true);
    if (this.#source.charCodeAt(at) !== closeBrace2) {
      this.#fill();
      this.#names.open(this.#depth, start);
      for (let more = true;more; ) {
        this.#at = this.#member(at);
        visit(this.#names.last());
        at = this.#skip(this.#at);
        more = this.#hasMore(at, true);
        if (more)
          at = this.#afterComma(at, true);
      }
      this.#names.close(this.#depth, at + 1);
    }
    this.#depth--;
    this.#at = at + 1;
    return this.#endSpan(start, before);
  }
  array(visit) {
    const before = this.#startSpan();
    const start = this.#at;
    let at = this.#open(start, false);
    if (this.#source.charCodeAt(at) !== closeBracket2) {
      this.#fill();
      for (let more = true;more; ) {
        this.#at = at;
        visit();
        at = this.#skip(this.#at);
        more = this.#hasMore(at, false);
        if (more)
          at = this.#afterComma(at, false);
      }
    }
    this.#depth--;
    this.#at = at + 1;
    return this.#endSpan(start, before);
  }
  end() {
    const at = this.#skip(this.#at);
    if (at < this.#source.length)
      this.#fail("Extra data", at);
  }
  #fail(problem, position) {
    throw new JsonSyntaxError(problem, this.#source, position);
  }
  #startSpan() {
    const before = [this.#deepest, this.#deepestFilled];
    this.#deepest = this.#depth;
    this.#deepestFilled = this.#depth;
    return before;
  }
  #endSpan(start, [deepest, deepestFilled]) {
    const span = {
      start,
      end: this.#at,
      depth: this.#deepest - this.#depth,
      filled: this.#deepestFilled - this.#depth
    };
    if (deepest > this.#deepest)
      this.#deepest = deepest;
    if (deepestFilled > this.#deepestFilled)
      this.#deepestFilled = deepestFilled;
    return span;
  }
  #values(start) {
    const source = this.#source;
    const outer = this.#depth;
    let isObject = false;
    let at = start;
    for (;; ) {
      const unit = source.charCodeAt(at);
      if (unit === quote3)
        at = this.#string(at);
      else if (unit === brace2 || unit === bracket2) {
        const first = this.#open(at, unit === brace2);
        if (source.charCodeAt(first) === (unit === brace2 ? closeBrace2 : closeBracket2)) {
          this.#depth--;
          at = first + 1;
        } else {
          this.#fill();
          isObject = unit === brace2;
          if (isObject)
            this.#names.open(this.#depth, at);
          at = isObject ? this.#member(first) : first;
          continue;
        }
      } else
        at = this.#scalar(at);
      for (;; ) {
        if (this.#depth === outer)
          return at;
        at = this.#skip(at);
        if (this.#hasMore(at, isObject)) {
          at = this.#afterComma(at, isObject);
          if (isObject)
            at = this.#member(at);
          break;
        }
        at++;
        if (isObject)
          this.#names.close(this.#depth, at);
        isObject = this.#isObject[--this.#depth] === 1;
      }
    }
  }
  #open(start, isObject) {
    if (this.#depth === this.#maxDepth) {
      this.#fail(`Nested deeper than ${this.#maxDepth} levels, which is the most`, start);
    }
    const depth = ++this.#depth;
    if (depth > this.#deepest)
      this.#deepest = depth;
    this.#isObject[depth] = isObject ? 1 : 0;
    return this.#skip(start + 1);
  }
  #fill() {
    if (this.#depth > this.#deepestFilled)
      this.#deepestFilled = this.#depth;
  }
  #hasMore(at, isObject) {
    const unit = this.#source.charCodeAt(at);
    if (unit === comma2)
      return true;
    return unit === (isObject ? closeBrace2 : closeBracket2) ? false : this.#fail("Expecting ',' delimiter", at);
  }
  #afterComma(at, isObject) {
    const next = this.#skip(at + 1);
    if (this.#source.charCodeAt(next) === (isObject ? closeBrace2 : closeBracket2)) {
      this.#fail(`Illegal trailing comma before end of ${isObject ? "object" : "array"}`, at);
    }
    return next;
  }
  #skip(start) {
    const source = this.#source;
    if (source.charCodeAt(start) > space)
      return start;
    let end = start;
    while (isSpace(source.charCodeAt(end)))
      end++;
    if (end > start)
      this.#edits.add(start, end, edit.cut);
    return end;
  }
  #member(start) {
    const source = this.#source;
    if (source.charCodeAt(start) !== quote3)
      this.#fail("Expecting property name enclosed in double quotes", start);
    let at = this.#names.match(this.#depth, start);
    if (at < 0) {
      at = this.#string(start);
      this.#names.add(this.#depth, start, at, this.#lastEscaped === start);
    }
    at = this.#skip(at);
    if (source.charCodeAt(at) !== colon2)
      this.#fail("Expecting ':' delimiter", at);
    return this.#skip(at + 1);
  }
  #string(start) {
    const source = this.#source;
    const near = start + nearby;
    for (let at = start + 1;at < near; at++) {
      const unit = source.charCodeAt(at);
      if (unit === quote3)
        return at + 1;
      if (unit === backslash2 || !(unit >= space))
        return this.#stringFrom(start, at);
    }
    return this.#longString(start, near);
  }
  #longString(start, from) {
    const source = this.#source;
    const end = source.indexOf('"', from);
    if (this.#nextBackslash < from)
      this.#nextBackslash = foundOr(source.length, source.indexOf("\\", from));
    if (this.#nextControl < from) {
      controlCharacter.lastIndex = from;
      this.#nextControl = foundOr(source.length, controlCharacter.exec(source)?.index ?? -1);
    }
    const isPlain = end !== -1 && end < this.#nextBackslash && end < this.#nextControl;
    return isPlain ? end + 1 : this.#stringFrom(start, Math.min(this.#nextBackslash, this.#nextControl));
  }
  #stringFrom(start, from) {
    const source = this.#source;
    let isWritten = true;
    let at = from;
    for (;; ) {
      const unit = source.charCodeAt(at);
      if (unit === quote3)
        break;
      if (unit === backslash2) {
        this.#lastEscaped = start;
        const escaped = source.charCodeAt(at + 1);
        if (at + 1 === source.length)
          this.#fail("Unterminated string starting at", start);
        if (escaped === letterU3) {
          for (let i = 2;i < 6; i++) {
            if (!isHexDigit(source.charCodeAt(at + i)))
              this.#fail("Invalid \\uXXXX escape", at + 1);
          }
          isWritten = false;
          at += 6;
        } else {
          if (escaped === slash2)
            isWritten = false;
          else if (!isShortEscape(escaped))
            this.#fail("Invalid \\escape", at);
          at += 2;
        }
      } else if (unit >= space)
        at++;
      else if (at >= source.length)
        this.#fail("Unterminated string starting at", start);
      else
        this.#fail("Invalid control character at", at);
    }
    if (!isWritten)
      this.#edits.add(start, at + 1, edit.recode);
    return at + 1;
  }
  #scalar(start) {
    const source = this.#source;
    let at = start;
    let unit = source.charCodeAt(at);
    if (unit === minus)
      unit = source.charCodeAt(++at);
    if (unit === zero2)
      unit = source.charCodeAt(++at);
    else if (unit > zero2 && unit <= nine2) {
      do
        unit = source.charCodeAt(++at);
      while (unit >= zero2 && unit <= nine2);
    } else
      return this.#word(start);
    if (unit === point) {
      unit = source.charCodeAt(at + 1);
      if (!(unit >= zero2 && unit <= nine2))
        return at;
      at++;
      do
        unit = source.charCodeAt(++at);
      while (unit >= zero2 && unit <= nine2);
    }
    if ((unit | 32) !== letterE)
      return at;
    let digits = at + 1;
    unit = source.charCodeAt(digits);
    if (unit === plus || unit === minus)
      unit = source.charCodeAt(++digits);
    if (!(unit >= zero2 && unit <= nine2))
      return at;
    do
      unit = source.charCodeAt(++digits);
    while (unit >= zero2 && unit <= nine2);
    return digits;
  }
  #word(start) {
    const source = this.#source;
    const unit = source.charCodeAt(start);
    const word = unit === 116 ? "true" : unit === 102 ? "false" : unit === 110 ? "null" : "";
    if (word !== "" && source.startsWith(word, start))
      return start + word.length;
    const name = unit === 78 ? "NaN" : unit === 73 ? "Infinity" : "-Infinity";
    if (!source.startsWith(name, start))
      this.#fail("Expecting value", start);
    this.#edits.add(start, start + name.length, edit.quote);
    return start + name.length;
  }
}
var nearby = 32;
var controlCharacter = /[\u0000-\u001f]/g;
function isSpace(unit) {
  return unit === space || unit === 10 || unit === 13 || unit === 9;
}
function isHexDigit(unit) {
  return unit >= zero2 && unit <= nine2 || (unit | 32) >= 97 && (unit | 32) <= 102;
}
function isShortEscape(unit) {
  switch (unit) {
    case quote3:
    case backslash2:
    case 98:
    case 102:
    case 110:
    case 114:
    case 116:
      return true;
    default:
      return false;
  }
}
function foundOr(otherwise, index) {
  return index === -1 ? otherwise : index;
}

// ../wt/a-core/core/normal-json.ts
function normalJson(text, options) {
  const scanner = new JsonScanner(text, options);
  const value = scanner.value();
  scanner.end();
  return scanner.text(value);
}

// ../wt/a-core/storage/well-formed-event.ts
function wellFormedEvent(event) {
  const assetKey = event.assetKey.map((part) => part.toWellFormed());
  const partition = event.partition?.toWellFormed() ?? null;
  if (event.type !== "ASSET_CHECK_EVALUATION")
    return { ...event, assetKey, partition };
  return { ...event, assetKey, partition, checkName: event.checkName.toWellFormed() };
}

// ../wt/a-core/storage/fingerprint.ts
function fingerprint(given) {
  const event = wellFormedEvent(given);
  const { type, assetKey, partition, timestamp } = event;
  const check = event.type === "ASSET_CHECK_EVALUATION" ? [event.checkName, event.passed, event.severity] : [];
  const details = formatDetails({
    description: event.description,
    tags: sortNames(event.tags, (tag) => tag),
    metadata: sortNames(event.metadata, sortMetadataValue)
  });
  return createHash("sha256").update(stringifyJson([type, assetKey, partition, timestamp, ...check]) + details).digest("hex");
}
function sortNames(object, change) {
  const members = Object.entries(object).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(members.map(([name, value]) => [name, change(value)]));
}
function sortMetadataValue(value) {
  switch (value.type) {
    case "json":
    case "table":
    case "table_schema":
    case "table_column_lineage": {
      const kept = keptJson(value);
      if (kept !== undefined)
        return textValue(value.type, sortText(kept.text));
      return { type: value.type, rawValue: sortJson(value.rawValue) };
    }
    default:
      return value;
  }
}
function sortText(text) {
  return normalJson(text, { maxDepth: maxEventDepth, isSorted: true });
}
function sortJson(value) {
  if (isArray(value))
    return value.map(sortJson);
  return isJsonObject(value) ? sortNames(value, sortJson) : value;
}

// parts.ts
var cpu = () => {
  const u = process.cpuUsage();
  return (u.user + u.system) / 1000;
};
var body = JSON.stringify({ type: "ASSET_MATERIALIZATION", asset_key: "a", idempotency_key: "k", metadata: { t: Array.from({ length: 3000 }, (_, i) => i), u: 1 }, partitions: Array.from({ length: 1e4 }, (_, i) => `p${i}`) });
console.log(body.length);
for (let r = 0;r < 4; r++) {
  let t = cpu();
  const lap = (n) => {
    const x = cpu();
    console.log(n.padEnd(16), (x - t).toFixed(1));
    t = cpu();
  };
  const json = parseJson(body, { maxDepth: 505 });
  lap("parse");
  const reports = parseEventInput(json, { now: Date.now() });
  lap("input");
  checkEvents(reports, defaultLimits);
  lap("check");
  const f = reports.map(({ event }) => fingerprint(event));
  lap("fingerprint");
  const rows = reports.map(({ event, idempotencyKey }, i) => encodeEvent(event, { key: idempotencyKey, fingerprint: f[i] }));
  lap("encode");
  const joined = rows.join(`,
`);
  joined.charCodeAt(0);
  lap("join " + joined.length / 1e6);
}
