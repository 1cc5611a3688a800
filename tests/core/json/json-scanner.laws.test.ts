import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { JsonSyntaxError, type JsonValue, stringifyJson } from "../../../core/index.ts";
import { maxJsonDepth } from "../../../core/json/json.ts";
import { readJson } from "../../../core/json/json-reader.ts";
import { JsonScanner, normalJson } from "../../../core/json/json-scanner.ts";
import { isArray, isJsonObject } from "../../../core/json/json-value.ts";
import { anyText, jsonText, mutatedJsonText, numberToken } from "../arbitraries.ts";

/** What tells objects apart that look alike: names that are the same, look the same, or go first. */
const nameToken = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom("a", "b", "c", "ab", "10", "2", "0", "01", "-1", "4294967294", "4294967295"),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("", "__proto__", "\\u0061", "\\u0031", "\\/", "/", "\\n", "é", "\uffff", "\u{1f600}"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "\\ud83d",
      "\\ude00",
      "\ufffd",
      "\\ud83d\\ude00",
      "x".repeat(40),
      `${"x".repeat(40)}\\"`,
    ),
  },
);
const scalarToken = fc.oneof(
  numberToken,
  fc.constantFrom("true", "null", "NaN", "Infinity", "-Infinity", "{}", "[]", "[[]]", '""'),
  nameToken.map((name) => `"${name}"`),
  anyText.map((text) => JSON.stringify(text)),
);
const gap = fc.constantFrom("", "", "", " ", "\n  ", "\t\r");

/** JSON with objects that repeat names, their own and those of their neighbours, in this order and in others. */
const knottyJson = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium" },
    scalarToken,
    fc.tuple(gap, fc.array(tie("value"), { maxLength: 4 })).map(([g, items]) => `[${g}${items.join(`${g},${g}`)}${g}]`),
    fc
      .tuple(gap, fc.array(fc.tuple(nameToken, tie("value")), { maxLength: 5 }))
      .map(([g, members]) => `{${g}${members.map(([n, v]) => `"${n}"${g}:${g}${v}`).join(`${g},${g}`)}${g}}`),
    // Rows: names of one set in orders of their own.
    fc
      .tuple(
        gap,
        fc.uniqueArray(nameToken, { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(fc.boolean(), fc.nat(), tie("value")), { maxLength: 6 }),
      )
      .map(([g, names, rows]) => {
        const texts = rows.map(([isSame, turn, value]) => {
          const at = isSame ? 0 : turn % names.length;
          const turned = [...names.slice(at), ...names.slice(0, at), ...(turn % 5 === 0 ? names.slice(0, 1) : [])];
          return `{${g}${turned.map((name, i) => `"${name}":${g}${i === 0 ? value : i}`).join(",")}}`;
        });
        return `[${texts.join(`,${g}`)}]`;
      }),
  ),
})).value;

const anyJson = fc.oneof(jsonText, knottyJson);

function outcome(read: () => string): unknown {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return { message: error.message, position: error.position };
  }
}

const read = (text: string, maxDepth = maxJsonDepth) => readJson(text.toWellFormed(), false, maxDepth);

function law<Values>(property: fc.IProperty<Values>): void {
  fc.assert(property, { numRuns: 1000 });
}

test("a text is written as it would be after reading it", () => {
  law(
    fc.property(anyJson, (text) => {
      expect(normalJson(text, { maxDepth: maxJsonDepth })).toBe(stringifyJson(read(text)));
    }),
  );
});

test("what is written so is not changed again", () => {
  law(
    fc.property(anyJson, (text) => {
      const normal = normalJson(text, { maxDepth: maxJsonDepth });
      expect(normalJson(normal, { maxDepth: maxJsonDepth })).toBe(normal);
    }),
  );
});

test("what is no JSON is refused with the reader's words and place", () => {
  const broken = fc.oneof(
    mutatedJsonText,
    anyText,
    fc
      .tuple(knottyJson, fc.nat(), fc.constantFrom("", ",", '"', "}", "]", "\\", "\n", ":", "0", "x"))
      .map(([text, at, unit]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + unit + text.slice(place + (at % 2));
      }),
  );
  law(
    fc.property(broken, fc.constantFrom(2, maxJsonDepth), (text, maxDepth) => {
      const wanted = outcome(() => stringifyJson(read(text, maxDepth)));
      expect(outcome(() => normalJson(text, { maxDepth }))).toEqual(wanted);
    }),
  );
});

test("sorted, every object has its names in the order of their UTF-16 units, array indexes first", () => {
  const sorted = (value: JsonValue): JsonValue => {
    if (isArray(value)) return value.map(sorted);
    if (!isJsonObject(value)) return value;
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
  };
  law(
    fc.property(anyJson, (text) => {
      const wanted = stringifyJson(sorted(read(text)));
      expect(normalJson(text, { maxDepth: maxJsonDepth, isSorted: true })).toBe(wanted);
      expect(normalJson(stringifyJson(read(text)), { maxDepth: maxJsonDepth, isSorted: true })).toBe(wanted);
    }),
  );
});

/** How deep a value is nested, and how deep what holds a value is. */
function depths(value: JsonValue): readonly [number, number] {
  if (!isArray(value) && !isJsonObject(value)) return [0, 0];
  const inner = (isArray(value) ? value : Object.values(value)).map(depths);
  const filled = inner.length === 0 ? 0 : 1 + Math.max(...inner.map(([, one]) => one));
  return [1 + Math.max(0, ...inner.map(([one]) => one)), filled];
}

test("the caller may step into objects and arrays, and learns of each value where it is and how deep", () => {
  law(
    fc.property(anyJson, fc.nat(4), (text, levels) => {
      const scanner = new JsonScanner(text, { maxDepth: maxJsonDepth });
      const walk = (level: number): void => {
        const steps = level < levels ? scanner.next : "";
        const names: string[] = [];
        const span =
          steps === "{"
            ? scanner.object((name) => {
                names.push(name);
                walk(level + 1);
              })
            : steps === "["
              ? scanner.array(() => walk(level + 1))
              : scanner.value();
        const part = read(scanner.source(span));
        expect(scanner.text(span)).toBe(stringifyJson(part));
        if (isJsonObject(part) && steps === "{") expect(new Set(names)).toEqual(new Set(Object.keys(part)));
      };
      walk(0);
      scanner.end();
    }),
  );
  law(
    fc.property(jsonText, (text) => {
      const value = read(text);
      const { depth, filled } = new JsonScanner(stringifyJson(value), { maxDepth: maxJsonDepth }).value();
      expect([depth, filled]).toEqual([...depths(value)]);
    }),
  );
});

describe("large texts", () => {
  const scan = (text: string) => normalJson(text, { maxDepth: maxJsonDepth });

  test("long strings, with escapes and without, far from the last one and near", () => {
    const long = "x".repeat(100);
    const far = "\\u00e9\\ud83d".repeat(300);
    const texts = [
      far,
      `${far}\\"${far}`,
      `${far}\\\\`,
      "\\n".repeat(800),
      long,
      `${long}\\n${long}`,
      `${long}\\u00e9`,
      `${long}\\"`,
      `\\/${long}`,
      `${long}\u2028`,
    ];
    for (const a of texts) {
      for (const b of texts) {
        const text = `{"${a}":"${b}",\n"${b}":["${a}"]}`;
        expect(scan(text)).toBe(stringifyJson(read(text)));
      }
    }
    for (const text of [
      `"${far}`,
      `"${far}\n"`,
      `"${far}\\"`,
      `"${far}\\x${far}"`,
      `"${far}\\u12"`,
      `"${long}`,
      `"${long}\n"`,
      `"${long}\\`,
      `"${long}\\x"`,
      `["${long}\n"]`,
    ]) {
      expect(outcome(() => scan(text))).toEqual(outcome(() => stringifyJson(read(text))));
    }
  });

  test("an object of 100,000 names, in order and out of it, with a name that comes again", () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `n${(i * 7919) % 100_000}`);
    const text = `{${names.map((name, i) => `"${name}":${i}`).join(",")}}`;
    expect(scan(text)).toBe(text);
    expect(scan(`${text.slice(0, -1)},"n0": [ ]}`)).toBe(text.replace('"n0":0,', '"n0":[],'));
    const numbers = names.map((name) => name.slice(1));
    const numbered = `{${numbers.map((name) => `"${name}":[]`).join(",")}}`;
    expect(scan(numbered)).toBe(JSON.stringify(JSON.parse(numbered)));
  });

  test("500 levels of objects that all repeat a name", () => {
    const text = `${'{"b":1,"a":'.repeat(500)}0${',"b": 2}'.repeat(500)}`;
    expect(scan(text)).toBe(stringifyJson(read(text)));
    expect(normalJson(text, { maxDepth: 500, isSorted: true })).toBe(`${'{"a":'.repeat(500)}0${',"b":2}'.repeat(500)}`);
  });
});
