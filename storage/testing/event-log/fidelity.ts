import { textValue } from "../../../core/events/json-text.ts";
import {
  checkEvaluation,
  dataVersionOf,
  float,
  formatEvent,
  int,
  materialization,
  parseEvent,
  parseJson,
  parseReportRequest,
  type RunlessEvent,
} from "../../../core/index.ts";
import type { EventLog } from "../../event-log.ts";
import { expect } from "../expect.ts";
import { type DeclareTest, duplicate, readAll, readIds, record, textOf } from "./harness.ts";

/** `longestText` is the length of a text that the store keeps in a dozen fields of one event. */
export function fidelityContract(declareTest: DeclareTest, longestText: number): void {
  const longTexts = {
    [`a text of ${longestText / 1024} kB`]: "x".repeat(longestText),
    [`${longestText / 8} NULs`]: "\u0000".repeat(longestText / 8),
  };
  for (const [name, text] of Object.entries({ ...texts, ...longTexts })) {
    declareTest(`${name} is kept in every field, and found again`, async ({ log }) => {
      const event = checkEvaluation([text, "x", `${text}y`], {
        checkName: text,
        passed: true,
        partition: text,
        description: text,
        tags: { [text]: text },
        dataVersion: text,
        metadata: { [text]: text, json: { [text]: [text] }, url: { type: "url", rawValue: text } },
      });
      await record(log, materialization("other", { partition: "other" }));
      await expectKept(log, event);
      for (const filter of [{ partition: text }, { checkName: text }, { assetKey: event.assetKey }]) {
        expect(await readIds(log, filter)).toEqual([2]);
      }
      expect(textOf((await log.asset(event.assetKey))?.checks[0])).toBe(textOf(await log.get(2)));
    });
  }

  declareTest("texts that look alike stay apart, as partitions and as check names", async ({ log }) => {
    const all = [
      "",
      "\u0000",
      "\u0000\u0000",
      "a",
      "a\u0000",
      "a\u0000b",
      "A",
      "a ",
      "é",
      "e\u0301",
      "1",
      "1.0",
      "null",
    ];
    const ids = all.map((_, i) => i + 1);
    await record(log, ...all.map((text) => checkEvaluation("a", { checkName: text, partition: text, passed: true })));
    const found = await Promise.all(all.map((partition) => readIds(log, { partition })));
    expect(found).toEqual(ids.map((id) => [id]));
    expect(await Promise.all(all.map((checkName) => readIds(log, { checkName })))).toEqual(found);
    expect((await log.asset(["a"]))?.checks).toHaveLength(all.length);
  });

  declareTest("a null partition, description and data version are not empty texts", async ({ log }) => {
    const empty = { partition: "", description: "", dataVersion: "" };
    await record(log, materialization("a"), materialization("a", empty));
    const [without, withEmpty] = await readAll(log);
    expect(without).toMatchObject({ partition: null, description: null, tags: {} });
    expect(withEmpty).toMatchObject({ partition: "", description: "" });
    expect([without, withEmpty].map((event) => event && dataVersionOf(event))).toEqual([null, ""]);
  });

  declareTest("numbers keep their kind and digits", async ({ log }) => {
    const json = `{"int": 1, "float": 1.0, "zero": -0.0, "small": 1e-7, "big": 1180591620717411303424, "huge": 1e400,
      "int64": -9223372036854775808, "safe": 9007199254740993, "nan": NaN, "inf": Infinity, "minus": -Infinity,
      "json": {"digits": [1, 1.0, 2.50, 1e3, 1E5, -0.0, -0, 9223372036854775808, 0.1, 1e400, 123456789.123456789]}}`;
    const event = parseReportRequest("/report_asset_materialization/a", [], parseJson(`{"metadata": ${json}}`));
    await expectKept(log, event);
    const kept = await log.get(1);
    expect(kept?.metadata).toEqual(event.metadata);
    expect(textOf(kept)).toContain("[1,1.0,2.50,1e3,1E5,-0.0,-0,9223372036854775808,0.1,1e400,123456789.123456789]");
  });

  declareTest("numbers of programs keep their kind and digits", async ({ log }) => {
    const metadata = { float: float(1), int: int(2n ** 70n), zero: float(-0), max: Number.MAX_VALUE, min: 5e-324 };
    await expectKept(log, materialization("a", { metadata: { ...metadata, json: { ...metadata, nan: Number.NaN } } }));
  });

  declareTest("every type of metadata is kept", async ({ log }) => {
    const text = ["text", "url", "path", "notebook", "md", "dagster_run"] as const;
    const json = ["json", "table", "table_schema", "table_column_lineage"] as const;
    const metadata = {
      ...Object.fromEntries(text.map((type) => [type, { type, rawValue: "x" }])),
      ...Object.fromEntries(json.map((type) => [type, { type, rawValue: [1, null, { type: "int", raw_value: 1 }] }])),
      scalar: { type: "json", rawValue: "x" },
      asset: { type: "asset", rawValue: ["a", "b/c"] },
      timestamp: { type: "timestamp", rawValue: 1e9 },
      bool: false,
      null: null,
      typed: { type: "int", raw_value: 5 },
    } as const;
    const event = materialization("a", { metadata });
    await expectKept(log, event);
    expect((await log.get(1))?.metadata).toEqual(event.metadata);
  });

  declareTest("names that mean something to JavaScript are names like any other", async ({ log }) => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "length", "10", "2", ""];
    const object = (value: string) => Object.fromEntries(names.map((name) => [name, value]));
    const metadata = { ...object("x"), json: object("y") };
    const event = materialization("a", { tags: object("z"), metadata });
    await expectKept(log, event);
    const kept = await log.get(1);
    expect(Object.keys(kept?.tags ?? {}).toSorted()).toEqual(names.toSorted());
    expect(Object.keys(kept?.metadata ?? {}).toSorted()).toEqual([...names, "json"].toSorted());
  });

  declareTest("JSON nested as deep as a report may be is kept, and harms no event beside it", async ({ log }) => {
    for (const depth of [490, 498]) {
      const nested = parseJson(`{"metadata": {"arrays": ${"[".repeat(depth)}${"]".repeat(depth)}, "objects":
        ${'{"":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}}}`);
      const deep = parseReportRequest("/report_asset_materialization/deep", [], nested);
      const ids = await record(log, materialization("a"), deep, materialization("b"));
      expect(textOf(await log.get(ids[1] ?? 0))).toContain("[".repeat(depth));
      expect((await log.asset(["deep"]))?.latestMaterialization?.metadata).toEqual(deep.metadata);
      expect(await readIds(log, { after: (ids[0] ?? 0) - 1 })).toEqual([...ids]);
    }
  });

  declareTest(
    "JSON that came as text is kept as it is, and is what it says under an idempotency key",
    async ({ log }) => {
      const json = `{"10":[1.0,"é"],"b":{},"a":"${"x".repeat(100_000)}"}`;
      const turned = json.replace(/^\{(.*?),("b":\{\}),/, "{$2,$1,");
      const text = textValue("json", json);
      const event = { ...materialization("a"), metadata: { text, n: { type: "int", rawValue: 5 } } } as const;
      await expectKept(log, event);
      expect((await log.get(1))?.metadata.text).toEqual({ type: "json", rawValue: parseJson(json) });
      const same = materialization("a", { metadata: { n: 5, text: parseJson(json) } });
      const copies = [event, same, { ...same, metadata: { n: event.metadata.n, text: textValue("json", turned) } }];
      const unit = copies.map((copy) => ({ event: copy, idempotencyKey: "k" }));
      const twin = { id: 2, duplicate: true };
      expect(await log.append([unit])).toEqual([
        { status: "recorded", events: [{ id: 2, duplicate: false }, twin, twin] },
      ]);
    },
  );

  declareTest("many tags and metadata values are kept", async ({ log }) => {
    const names = Array.from({ length: 2_000 }, (_, i) => `name ${i}`);
    const object = Object.fromEntries(names.map((name) => [name, name]));
    await expectKept(log, materialization(names, { tags: object, metadata: object }));
  });

  // Invalid UTF-8 in the database would end every process that reads it.
  declareTest("a lone surrogate in an event that was built by hand counts as U+FFFD", async ({ log }) => {
    const event = checkEvaluation("a", { checkName: "c", passed: true });
    const lone = { assetKey: ["\ud800", "\udc00x"], partition: "\ud800p", checkName: "c\udfff" };
    const whole = { assetKey: ["\ufffd", "\ufffdx"], partition: "\ufffdp", checkName: "c\ufffd" };
    const idempotencyKey = "k";
    await log.append([[{ event: { ...event, ...lone }, idempotencyKey }]]);
    expect(await log.get(1)).toMatchObject(whole);
    expect((await log.asset(whole.assetKey))?.checks).toMatchObject([whole]);
    expect(await log.append([[{ event: { ...event, ...whole }, idempotencyKey }]])).toEqual([duplicate(1)]);
  });
}

/** Records the event, and reads it back by id, by pages and through the JSON that an answer carries. */
async function expectKept(log: EventLog, event: RunlessEvent): Promise<void> {
  const [id = 0] = await record(log, event);
  const [kept] = await readAll(log, { after: id - 1 });
  if (kept === undefined) throw new Error("the event was not found");
  const { receivedAt } = kept;
  expect(formatEvent(kept)).toBe(formatEvent({ ...event, id, receivedAt, timestamp: event.timestamp ?? receivedAt }));
  expect(textOf(await log.get(id))).toBe(formatEvent(kept));
  expect(formatEvent(parseEvent(formatEvent(kept)))).toBe(formatEvent(kept));
}

const controls = String.fromCharCode(...Array.from({ length: 0x20 }, (_, i) => i), 0x7f, 0x85);
const texts: Readonly<Record<string, string>> = {
  "a text of control characters": controls,
  "a single NUL": "\u0000",
  "a NUL at the start": "\u0000a",
  "a NUL in the middle": "a\u0000b",
  "a NUL at the end": "a\u0000",
  "a text of quotes and backslashes": "\"'`\\\"\\'\\u0000\\\\",
  "a text of SQL and patterns": "'; DROP TABLE events; -- %_*?[a]",
  "a text of emoji": "\u{1f600}\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u{10ffff}",
  "U+FFFD": "\ufffd",
  "a byte order mark": "\ufefftext",
  "a text of odd code points": "\u2028\u2029\uffff\ufdd0\ue000\u00a0\u200f",
  "a combining mark": "e\u0301",
  "a text of spaces": " \t ",
  "a text like JSON": '{"type":"int","raw_value":1}',
  "a text like a number": "9007199254740993.0",
};
