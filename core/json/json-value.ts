/**
 * The digits of a JSON number that a JavaScript number can't hold as they were written: `1.0` (a float, where `1` is
 * an int), `2.50`, `1e3`, `9223372036854775808`. The symbol key can't clash with any JSON object's.
 */
export interface NumberText {
  readonly [numberText]: string;
}
export const numberText: unique symbol = Symbol.for("runless.number");

/** A number read faithfully: a plain one is an int where it has no fraction, a float where it has one. */
export type JsonNumber = number | NumberText;

/**
 * An object or array that stays text, as `stringifyJson` writes it, inside what was read of a large text. To all who ask
 * it is neither object nor array.
 */
export interface JsonText {
  readonly [jsonText]: string;
  /** How deep it is nested: 1 for `[]` and `[1]`. */
  readonly depth: number;
  /** As `depth`, of what holds a value: 0 for `[]`, 1 for `[1]`. */
  readonly filled: number;
}
export const jsonText: unique symbol = Symbol.for("runless.json");

/** What `parseJson` returns: JSON, with NaN and ±Infinity as Python callers send them, and every digit kept. */
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export function isNumberText(value: unknown): value is NumberText {
  return typeof value === "object" && value !== null && numberText in value;
}

export function isJsonText(value: unknown): value is JsonText {
  return typeof value === "object" && value !== null && jsonText in value;
}

export function isJsonNumber(value: unknown): value is JsonNumber {
  return typeof value === "number" || isNumberText(value);
}

/** Python's rule, which Dagster records by: a number written with a point or an exponent is a float. */
export function isIntNumber(value: JsonNumber): boolean {
  return typeof value === "number" ? Number.isInteger(value) : !/[.eE]/.test(value[numberText]);
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isArray(value) && !isNumberText(value) && !isJsonText(value);
}

/** An object of `{…}`, whatever realm made it: no Map, no Date, no instance of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Sets a member of one's own, `__proto__` too, which is a name like any other. */
export function setMember<Value>(object: { [name: string]: Value }, name: string, value: Value): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

/** An object of strings, as tags are. */
export function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  const json = value as JsonValue; // a guess that is checked
  return isPlainObject(json) && isJsonObject(json) && Object.values(json).every((member) => typeof member === "string");
}

// Array.isArray does not narrow readonly arrays out of a union.
export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The number that a JSON number token says, as plain as it can be without a change of its digits. */
export function jsonNumber(token: string): JsonNumber {
  const plain = Number(token);
  const exact = String(plain) === token && (!Number.isInteger(plain) || Number.isSafeInteger(plain));
  return exact ? plain : { [numberText]: token };
}

/**
 * A float even where the value is whole: `float(1)` is recorded as 1.0.
 *
 * @example
 * const event = materialization("warehouse/orders", { metadata: { ratio: float(1) } });
 * console.log(event.metadata.ratio?.type); // float
 */
export function float(value: number): JsonNumber {
  return Number.isInteger(value) ? { [numberText]: Object.is(value, -0) ? "-0.0" : floatText(value) } : value;
}

function floatText(value: number): string {
  const text = String(value);
  return text.includes("e") ? text : `${text}.0`;
}

/**
 * An int of any size: `int(2n ** 70n)`. Throws RangeError for a number with a fraction.
 *
 * @example
 * console.log(stringifyJson(int(2n ** 70n))); // 1180591620717411303424
 */
export function int(value: number | bigint): JsonNumber {
  return jsonNumber(BigInt(value).toString());
}
