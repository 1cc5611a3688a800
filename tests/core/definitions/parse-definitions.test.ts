import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { toJsonSchema } from "@valibot/to-json-schema";
import fc from "fast-check";
import * as v from "valibot";
import { definitionsSchema } from "../../../core/definitions/definition-schema.ts";
import {
  countSubjects,
  definitionLimits,
  InvalidDefinitionsError,
  indexDefinitions,
  parseDefinitionParts,
  parseDefinitions,
  safeParseDefinitions,
} from "../../../core/definitions/index.ts";

const example = readFileSync(new URL("../../cases/definitions.yaml", import.meta.url), "utf8");

const bare = {
  description: null,
  group: null,
  owners: [],
  tags: {},
  kinds: [],
  deps: [],
  checks: [],
  partitions: null,
  freshness: null,
};

test("a document is read in its order, with the zone of its defaults", () => {
  const zone = { timezone: "Europe/Berlin" };
  expect(parseDefinitions(example)).toEqual([
    {
      key: ["warehouse", "orders"],
      description: "One row an order.",
      owners: ["team:finance", "anna@example.com"],
      group: "finance",
      tags: { tier: "gold" },
      kinds: ["postgres", "dbt"],
      deps: [
        ["raw", "orders"],
        ["raw", "customers"],
      ],
      checks: ["no_nulls", "row_count"],
      partitions: { type: "daily", start: "2026-01-01", ...zone },
      freshness: {
        type: "cron",
        deadline_cron: "0 6 * * 1-5",
        lower_bound_delta: "6h",
        grace: "15m",
        lookback: 7,
        ...zone,
      },
    },
    {
      ...bare,
      key: ["raw", "orders"],
      freshness: { type: "time_window", warn_window: "20h", fail_window: "24h", ...zone },
    },
    { ...bare, prefix: ["ml"], freshness: { type: "time_window", fail_window: "7d", ...zone } },
  ]);
});

test("JSON and YAML say the same, and a definition is read again as it was", () => {
  const definitions = parseDefinitions(example);
  const json = JSON.stringify({ assets: definitions });
  expect(parseDefinitions(json)).toEqual(definitions);
  expect(parseDefinitions(`# as a comment makes it YAML\n${json}`)).toEqual(definitions);
});

test("the zone is the policy's, else the partitions', else the defaults', else UTC", () => {
  const zones = (defaults: string, partitions: string, freshness: string) => {
    const [one] = parseDefinitions(
      `${defaults}assets: [{ key: a, partitions: { type: daily, start: 2026-01-01${partitions} }, freshness: { type: time_window, fail_window: 1d${freshness} } }]`,
    );
    return [one?.partitions?.timezone, one?.freshness?.timezone];
  };
  const [berlin, kolkata, chatham] = ["Europe/Berlin", "Asia/Kolkata", "Pacific/Chatham"];
  const defaults = `defaults: { timezone: ${berlin} }\n`;
  expect(zones("", "", "")).toEqual(["UTC", "UTC"]);
  expect(zones(defaults, "", "")).toEqual([berlin, berlin]);
  expect(zones(defaults, `, timezone: ${kolkata}`, "")).toEqual([kolkata, kolkata]);
  expect(zones(defaults, `, timezone: ${kolkata}`, `, timezone: ${chatham}`)).toEqual([kolkata, chatham]);
  expect(zones(defaults, "", `, timezone: ${chatham}`)).toEqual([berlin, chatham]);
});

test("keys are a/b or lists of parts, anchors and merges are YAML's, and null is nothing", () => {
  const definitions = parseDefinitions(`
assets:
  - &base { key: a/b, group: g, freshness: , tags: { "0": "1" } }
  - <<: *base
    key: [a/b, "2"]
    deps: [[x, y/z], x]
`);
  expect(definitions).toMatchObject([
    { key: ["a", "b"], freshness: null, tags: { 0: "1" } },
    { key: ["a/b", "2"], group: "g", deps: [["x", "y/z"], ["x"]] },
  ]);
});

test("what is to be quoted is the value alone, as it can be copied", () => {
  const inFlow: readonly (readonly [text: string, advice: string])[] = [
    ["freshness: { type: cron, deadline_cron: */15 * * * *, lower_bound_delta: 6h }", 'deadline_cron: "*/15 * * * *"'],
    ["freshness: {type: cron, deadline_cron: * * * * *,lower_bound_delta: 6h}", 'deadline_cron: "* * * * *"'],
    ["freshness: { lower_bound_delta: 6h, deadline_cron: */15 * * * * } # often", 'deadline_cron: "*/15 * * * *"'],
    ['partitions: {type: cron, cron: */15 * * * *, start: "2026-01-01"}', 'cron: "*/15 * * * *"'],
    ['partitions: {type: cron, start: "2026-01-01", cron: */15 * * * *}', 'cron: "*/15 * * * *"'],
    ["freshness: { deadline_cron: */20,30 1,2 * * MON,TUE, lower_bound_delta: 6h }", '"*/20,30 1,2 * * MON,TUE"'],
    ["freshness: { deadline_cron: */20,*/30 * * * *, lower_bound_delta: 6h }", 'deadline_cron: "*/20,*/30 * * * *"'],
    [
      "freshness: {\n      deadline_cron: */15 * * * *,\n      lower_bound_delta: 6h }",
      'deadline_cron: "*/15 * * * *"',
    ],
    ['partitions: { type: daily, start: "2026-01-01", fmt: %Y%m%d, timezone: UTC }', 'fmt: "%Y%m%d"'],
    ["owners: [team:data, @anna, bob@example.com]", '"@anna"'],
    ['tags: { a: "b, *c", d: *e, f: g }', 'd: "*e"'],
  ];
  const adviceOf = (text: string) => {
    const result = safeParseDefinitions(text);
    return result.success ? "" : result.error.issues[0]?.message;
  };
  for (const [text, advice] of inFlow) {
    expect(adviceOf(`assets:\n  - key: a\n    ${text}`)).toEndWith(advice);
    expect(adviceOf(`assets:\n  - { key: a, ${text}\n    }`)).toEndWith(advice);
  }
  expect(adviceOf(policy("      deadline_cron: */15 0,12 * * * # often"))).toEndWith('"*/15 0,12 * * *"');
});

test("thousands of definitions may share one policy", () => {
  const assets = Array.from({ length: 2000 }, (_, i) => `  - { key: a${i}, freshness: *daily }`).join("\n");
  const first = "  - { key: a, freshness: &daily { type: time_window, fail_window: 1d } }";
  expect(parseDefinitions(`assets:\n${first}\n${assets}`).at(-1)?.freshness).toMatchObject({ fail_window: "1d" });
});

test("tags named after members of objects stay, and half a surrogate does not", () => {
  const text = '{"assets": [{"key": "a", "tags": {"__proto__": "x", "constructor": "y"}, "description": "\\ud800"}]}';
  const [definition] = parseDefinitions(text);
  expect(Object.entries(definition?.tags ?? {})).toEqual([
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
  expect(definition?.description).toBe("\ufffd");
});

const policy = (rest: string) =>
  `assets:\n  - key: a\n    freshness:\n      type: cron\n      lower_bound_delta: 6h\n${rest}`;

describe("what is wrong is named by line and path, with what to write", () => {
  test.each<[string, number, string, RegExp]>([
    ["cron: */15 * * * *", 1, "cron", /quote it: cron: "\*\/15 \* \* \* \*"/],
    [policy("      deadline_cron: */15 * * * *"), 6, "assets[0].freshness.deadline_cron", /alias.*quote it/],
    [policy("      deadline_cron: * * * * *   # always"), 6, "assets[0].freshness.deadline_cron", /"\* \* \* \* \*"$/],
    [
      policy("      deadline_cron: @daily"),
      6,
      "assets[0].freshness.deadline_cron",
      /quote it: deadline_cron: "@daily"/,
    ],
    [policy('      deadline_cron: "0 6 31 2 *"'), 6, "assets[0].freshness.deadline_cron", /never/],
    [policy("      deadline_cron: 0 0 6 * * 1"), 6, "assets[0].freshness.deadline_cron", /6 fields/],
    [policy("      timezone: +02:00\n      deadline_cron: 0 6 * * *"), 6, "assets[0].freshness.timezone", /IANA/],
    [policy("      timezone: ''\n      deadline_cron: 0 6 * * *"), 6, "assets[0].freshness.timezone", /empty/],
    [
      policy("      timezone: 2\n      deadline_cron: 0 6 * * *"),
      6,
      "assets[0].freshness.timezone",
      /2 is a number, quote it/,
    ],
    [policy("      gracee: 1h\n      deadline_cron: 0 6 * * *"), 6, "assets[0].freshness.gracee", /no field gracee/],
    [policy(""), 3, "assets[0].freshness.deadline_cron", /is missing: .*0 6 \* \* 1-5/],
    ["defaults:\n  timezone: Berlin\nassets: []", 2, "defaults.timezone", /IANA/],
    ["asets: []", 1, "assets", /is missing/],
    ["", 1, "", /assets:/],
    ["assets: []\nassets: []", 2, "assets", /twice/],
    ["assets: []\n---\nassets: []", 2, "assets", /one document/],
    ["assets:\n\t- key: a", 2, "assets", /tabs/],
    ["assets:\n  - key: a\n    description: Orders: all of them", 3, "assets[0].description", /quote it/],
    ["assets:\n  - key: a\n  - key: b\n  - key: [a]", 4, "assets[2].key", /twice, first in line 2/],
    ["assets:\n  - {}", 2, "assets[0]", /a key, or a prefix/],
    ["assets:\n  - key: a\n    prefix: b", 3, "assets[0].prefix", /not both/],
    ["assets:\n  - key: 2026", 2, "assets[0].key", /2026 is a number, quote it/],
    ["assets:\n  - key: /", 2, "assets[0].key", /not empty/],
    ["assets:\n  - key: a\n    deps: [b, []]", 3, "assets[0].deps[1]", /not empty/],
    ["assets:\n  - key: a\n    owners: [anna]", 3, "assets[0].owners[0]", /team:<name>/],
    ["assets:\n  - key: a\n    owners: [team: finance]", 3, "assets[0].owners[0]", /team:<name>/],
    ["assets:\n  - key: a\n    owners: [@anna]", 3, "assets[0].owners[0]", /quote it: "@anna"/],
    ["assets:\n  - key: a\n    tags: { version: 1.10 }", 3, "assets[0].tags.version", /1\.10 is a number, quote it/],
    ["assets:\n  - key: a\n    checks: [c, c]", 3, "assets[0].checks", /only once/],
    ["assets:\n  - key: a\n    partitions: { type: yearly }", 3, "assets[0].partitions.type", /hourly, daily/],
    ["assets:\n  - key: a\n    partitions: daily", 3, "assets[0].partitions", /type: hourly, daily/],
    [
      "assets:\n  - key: a\n    partitions:\n      type: static\n      keys:\n        - eu\n        - 0123",
      7,
      "assets[0].partitions.keys[1]",
      /0123 is a number, quote it: keys are strings/,
    ],
    [
      "assets:\n  - key: a\n    partitions: { type: static, keys: [true] }",
      3,
      "assets[0].partitions.keys[0]",
      /true is a boolean, quote it/,
    ],
    ["assets:\n  - key: a\n    partitions: { type: static, keys: [] }", 3, "assets[0].partitions.keys", /at least one/],
    ["assets:\n  - key: a\n    partitions: { type: daily }", 3, "assets[0].partitions.start", /2026-01-01/],
    [
      "assets:\n  - key: a\n    partitions: { type: daily, start: 2026-02-30 }",
      3,
      "assets[0].partitions.start",
      /2026-01-01/,
    ],
    [
      "assets:\n  - key: a\n    partitions: { type: daily, start: 2026-01-01, fmt: %Y%m%d }",
      3,
      "assets[0].partitions.fmt",
      /quote it: fmt: "%Y%m%d"/,
    ],
    [
      "assets:\n  - key: a\n    freshness: { type: time_window, fail_window: 24 }",
      3,
      "assets[0].freshness.fail_window",
      /24 is a number, quote it.*6h/,
    ],
    [
      "assets:\n  - key: a\n    freshness: { type: time_window, fail_window: 24h, lookback: 401 }",
      3,
      "assets[0].freshness.lookback",
      /1 to 400/,
    ],
    [
      "assets:\n  - key: a\n    freshness: { type: time_window, fail_window: 24h, warn_window: 24h }",
      3,
      "assets[0].freshness.warn_window",
      /less than fail_window/,
    ],
    [
      "assets:\n  - key: a\n    freshness: { type: time_window, fail_window: 24h, counts: [failure] }",
      3,
      "assets[0].freshness.counts[0]",
      /observation/,
    ],
    ["assets:\n  - key: a\n    freshness: *base", 3, "assets[0].freshness", /quote it/],
    ["assets:\n  - key: a\n    description: &loop [*loop]", 2, "assets[0]", /too deeply/],
    [
      '{"assets": [\n  {"key": "a",\n   "partitions": {"type": "static", "keys": [123]}}]}',
      3,
      "assets[0].partitions.keys[0]",
      /quote it/,
    ],
    ['{"assets": [\n  {"key": "a",}\n  {"key": "b"}]}', 2, "assets[0]", /comma/],
  ])("%j", (text, line, path, message) => {
    const result = safeParseDefinitions(text);
    if (result.success) throw new Error("it was read");
    expect(result.error).toMatchObject({ code: "invalid_definitions", line, path });
    expect(result.error.message).toMatch(message);
    expect(() => parseDefinitions(text)).toThrow(InvalidDefinitionsError);
  });

  test("in JSON of a program's size by path alone", () => {
    const assets = Array.from({ length: 20_000 }, (_, i) => ({ key: `a/${i}`, description: "x".repeat(50) }));
    const wrong = safeParseDefinitions(JSON.stringify({ assets: [...assets, { key: 5 }, { key: "a/7" }] }));
    expect(wrong.success ? [] : wrong.error.issues).toMatchObject([
      { line: null, path: "assets[20000].key", message: expect.stringContaining("5 is a number") },
      { line: null, path: "assets[20001].key", message: expect.stringContaining("first in assets[7]") },
    ]);
  });

  test("for each thing that is wrong, up to 100", () => {
    const wrong = safeParseDefinitions("assets:\n  - key: a\n    ower: 1\n    checks: x\n  - kye: b");
    expect(wrong.success ? [] : wrong.error.issues.map(({ line, path }) => `${line} ${path}`)).toEqual([
      "4 assets[0].checks",
      "3 assets[0].ower",
      "5 assets[1].kye",
    ]);
    expect(wrong.success ? "" : wrong.error.message).toMatch(/\(and 2 more\)$/);
    const deep = safeParseDefinitions("[".repeat(1000));
    expect(deep.success ? "" : deep.error.path).toBe(`${"[0]".repeat(10)}…`);
    const lines = safeParseDefinitions("a: *b\n".repeat(1000));
    expect(lines.success ? [] : lines.error.issues.map(({ line }) => line)).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 2),
    );
    const many = safeParseDefinitions(`assets: [${"{},".repeat(1000)}]`);
    expect(many.success ? 0 : many.error.issues.length).toBe(100);
  });

  test("whatever the text", () => {
    const pieces = fc.constantFrom(
      "assets:",
      "\n  - ",
      "key: a",
      "{",
      "}",
      "[",
      "]",
      "*",
      "&x ",
      ": ",
      "\n",
      '"',
      "|",
      "%",
      "\t",
      "a",
      "0",
      "null",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const result = safeParseDefinitions(parts.join(""));
        if (!result.success) expect(result.error.message).not.toBe("");
      }),
      { numRuns: 500 },
    );
  });
});

describe("over a limit the error counts", () => {
  const errorOf = (text: string) => {
    const result = safeParseDefinitions(text);
    return result.success ? undefined : result.error;
  };
  const json = (assets: readonly object[]) => JSON.stringify({ assets });

  test("definitions", () => {
    const assets = Array.from({ length: definitionLimits.definitions + 1 }, (_, i) => ({ key: `a${i}` }));
    expect(errorOf(json(assets))).toMatchObject({
      code: "definitions_limit",
      message: expect.stringContaining("100001"),
    });
    expect(parseDefinitions(json(assets.slice(1))).length).toBe(100_000);
  }, 30_000);

  test("what is watched", () => {
    const freshness = { type: "time_window", fail_window: "1d", lookback: 400 };
    const daily = { partitions: { type: "daily", start: "2026-01-01" }, freshness };
    const assets = Array.from({ length: 501 }, (_, i) => ({ key: `a${i}`, ...daily }));
    expect(errorOf(json(assets))).toMatchObject({
      code: "definitions_limit",
      message: expect.stringContaining("200400"),
    });
    expect(parseDefinitions(json(assets.slice(1))).map(countSubjects)).toEqual(Array(500).fill(400));
  });

  test("static keys", () => {
    const keys = Array.from({ length: definitionLimits.staticKeys + 1 }, (_, i) => `k${i}`);
    const of = (some: readonly string[]) => json([{ key: "a", partitions: { type: "static", keys: some } }]);
    expect(errorOf(of(keys))?.message).toMatch(/keys: 10001 keys are too many: the limit is 10000/);
    expect(errorOf(of(keys.slice(1)))).toBeUndefined();
  });

  test("bytes of a definition and of a document, also those that aliases repeat", () => {
    const text = "é".repeat(400_000);
    expect(errorOf(json([{ key: "a", description: text }]))).toBeUndefined();
    const tooLarge = json([{ key: "a", description: `${text}${text}` }, { key: "b" }]);
    expect(errorOf(tooLarge)?.message).toMatch(/larger than 1048576 bytes/);
    expect(errorOf(tooLarge)?.issues.length).toBe(1);
    expect(errorOf(`# ${"é".repeat(8_500_000)}\nassets: []`)).toMatchObject({ code: "definitions_limit" });
    const repeated = Array.from({ length: 30 }, (_, i) => `  - { key: a${i}, description: *text }`).join("\n");
    const bomb = `assets:\n  - { key: a, description: &text ${"x".repeat(700_000)} }\n${repeated}`;
    expect(errorOf(bomb)).toMatchObject({ code: "definitions_limit" });
    const levels = Array.from({ length: 12 }, (_, i) => `  - &l${i + 1} [${`*l${i},`.repeat(10)}]`).join("\n");
    expect(errorOf(`assets:\n  - &l0 [x]\n${levels}`)).toBeDefined();
    expect(errorOf("[".repeat(100_000))).toBeDefined();
  }, 30_000);
});

test("a key has its own definition, else that of the longest prefix", () => {
  const { definitionFor } = indexDefinitions(
    parseDefinitions(`assets:
  - { prefix: ml, group: short }
  - { prefix: ml/eu, group: long }
  - { key: ml/eu/churn, group: own }
  - { key: "ml/eu", group: self }
  - { prefix: ["ml/eu"], group: slash }`),
  );
  const groupOf = (...key: string[]) => definitionFor(key)?.group;
  expect(groupOf("ml", "eu", "churn")).toBe("own");
  expect(groupOf("ml", "eu", "churn", "x")).toBe("long");
  expect(groupOf("ml", "eu")).toBe("self");
  expect(groupOf("ml", "us")).toBe("short");
  expect(groupOf("ml")).toBe("short");
  expect(groupOf("ml/eu", "x")).toBe("slash");
  expect(groupOf("mlx")).toBeUndefined();
});

test("the schema is a JSON Schema, by which editors complete", () => {
  const described = v.object({ type: v.literal("metadata"), metadata: v.object({ jsonSchema: v.looseObject({}) }) });
  const schema = toJsonSchema(definitionsSchema, {
    typeMode: "input",
    errorMode: "ignore",
    overrideAction: ({ valibotAction, jsonSchema }) =>
      v.is(described, valibotAction) ? valibotAction.metadata.jsonSchema : jsonSchema,
  });
  const text = JSON.stringify(schema);
  for (const name of [
    "deadline_cron",
    "lower_bound_delta",
    "end_offset",
    "owners",
    "prefix",
    "0 6 * * 1-5",
    "Europe/Berlin",
  ]) {
    expect(text).toContain(name);
  }
  expect(schema).toMatchObject({
    type: "object",
    additionalProperties: false,
    required: ["assets"],
    properties: { assets: { type: "array", items: { type: "object", additionalProperties: false } } },
  });
});

describe("large JSON, whose definitions are read one by one", () => {
  const filler = "x".repeat(1000);
  const assets = Array.from({ length: 1500 }, (_, i) => ({ key: `k/${i}`, description: filler, tags: { i: `${i}` } }));
  const large = (changed: object = {}, more: object = {}) =>
    JSON.stringify({ defaults: { timezone: "Europe/Berlin" }, ...more, assets: [...assets, changed] });
  const last = { key: "last", freshness: { type: "time_window", fail_window: "1d" } };

  test("gives the same definitions, with the zone of the defaults, in parts that are bounded", () => {
    const text = large(last);
    expect(text.length).toBeGreaterThan(1_000_000);
    const parts = [...parseDefinitionParts(text)];
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(200);
    const one = (asset: object) =>
      parseDefinitions(JSON.stringify({ defaults: { timezone: "Europe/Berlin" }, assets: [asset] }));
    expect(parseDefinitions(text)).toEqual([...assets, last].flatMap(one));
    expect(parseDefinitions(text).at(-1)?.freshness?.timezone).toBe("Europe/Berlin");
  });

  test.each([
    [large({ key: "k/7" }), "assets[1500].key: this key is defined twice, first in assets[7]"],
    [large({ key: "a", onwers: [] }), "assets[1500].onwers: there is no field onwers here"],
    [large(last, { asset: [] }), "asset: there is no field asset here"],
    [large(last, { defaults: { timezone: "Mars" } }), "defaults.timezone: "],
    [large(last).replace('"assets":[', '"assets":[{"key":"a"} '), "this is no YAML"],
    [`${large(last)} x`, "this is no YAML"],
    [large(last).replace('"assets"', '"asset"'), "assets is missing"],
  ])(
    "is refused by the same sentences (%#)",
    (text, sentence) => {
      const result = safeParseDefinitions(text);
      expect(result.success ? "" : result.error.message).toContain(sentence);
    },
    60_000,
  );

  test("has limits of the whole", () => {
    const keys = Array.from({ length: 9_000 }, (_, i) => `${i}`);
    const partitions = { type: "static", keys };
    const watched = Array.from({ length: 23 }, (_, i) => ({ ...last, key: `s/${i}`, partitions }));
    const tooMany = JSON.stringify({ assets: watched });
    expect(tooMany.length).toBeGreaterThan(1_000_000);
    const result = safeParseDefinitions(tooMany);
    expect(result.success ? "" : result.error.message).toContain("207000 assets and partitions are too many to watch");
  });
});
