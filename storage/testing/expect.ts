import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";

/**
 * The few assertions that the suites need, made of Node's `assert` so that they run in any test runner. They mean what
 * Jest's mean: a member that is undefined equals a missing one, and `toMatchObject` compares only the named members.
 */
export function expect(actual: unknown) {
  return {
    toBe: (expected: unknown) => strictEqual(actual, expected),
    toBeUndefined: () => strictEqual(actual, undefined),
    toEqual: (expected: unknown) => deepStrictEqual(plain(actual), plain(expected)),
    toMatchObject: (expected: unknown) => deepStrictEqual(plain(partOf(actual, expected)), plain(expected)),
    toMatch: (pattern: RegExp) => match(String(actual), pattern),
    toHaveLength: (length: number) => strictEqual((actual as ArrayLike<unknown> | undefined)?.length, length), // else undefined
    toContain: (item: unknown) =>
      ok((actual as readonly unknown[]).includes(item), `${String(actual)} does not contain ${String(item)}`), // a text has it too
    toBeGreaterThan: (least: number) => ok(Number(actual) > least, `${actual} is not greater than ${least}`),
    toBeAtMost: (most: number) => ok(Number(actual) <= most, `${actual} is greater than ${most}`),
  };
}

/** The value with plain objects, without prototypes and without members that are undefined. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map(Array.from(value, ([key, one]) => [key, plain(one)]));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}

/** The part of a value that `expected` names. */
function partOf(value: unknown, expected: unknown): unknown {
  if (typeof value !== "object" || value === null || typeof expected !== "object" || expected === null) return value;
  const part = (name: string) => partOf((value as Record<string, unknown>)[name], (expected as never)[name]); // own names of expected
  if (Array.isArray(expected)) return Array.isArray(value) ? value.map((_, i) => part(String(i))) : value;
  return Object.fromEntries(Object.keys(expected).map((name) => [name, part(name)]));
}
