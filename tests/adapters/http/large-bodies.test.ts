import { describe, expect, test } from "bun:test";
import { defaultLimits } from "../../../adapters/config/limits.ts";
import { keptJson, largeText } from "../../../core/events/json-text.ts";
import { formatEvent, type RecordedEvent } from "../../../core/index.ts";
import type { EventLog } from "../../../storage/index.ts";
import { linesOf, materializationOf, nativeApp } from "./native.ts";

const limits = { ...defaultLimits, tags: 3000, metadataEntries: 3000, batchEvents: 3000 };
const config = { limits };
const row = '{"b":1.0, "a":[{}, NaN], "10":"\\u00e9", "9":null, "b":2}';
const small = `{"metadata":{"rows":[${row}],"n":5}}`;
/** The same with whitespace, which makes it a large one. */
const large = `${small.slice(0, -1)}${" ".repeat(largeText)}}`;
const written = '[{"9":null,"10":"é","b":2,"a":[{},"NaN"]}]';

const eventOf = async (log: EventLog, id = 1) => (await log.get(id)) as RecordedEvent; // it was recorded
const answerOf = (event: RecordedEvent) => formatEvent({ ...event, id: 1 });
const native = (fields: string) => `{"type":"ASSET_MATERIALIZATION","asset_key":"a",${fields}`;
const members = (count: number, value: string) =>
  Array.from({ length: count }, (_, i) => `"n${i}": ${value}`).join(",");
const padding = " ".repeat(largeText);

describe("a large body is recorded as a small one, its JSON as text:", () => {
  test("a report", async () => {
    const log = nativeApp({ config }).log;
    const app = nativeApp({ config, log });
    const report = (body: string) =>
      app.request("../../report_asset_materialization/a", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
    expect(await Promise.all([small, large].map(async (body) => (await report(body)).status))).toEqual([200, 200]);
    const [first, second] = [await eventOf(log), await eventOf(log, 2)];
    expect(answerOf(second)).toBe(answerOf(first));
    const { rows } = second.metadata;
    expect(rows && keptJson(rows)?.text).toBe(written);
  });

  test("an event, an array of them, and a line", async () => {
    const { post, postLines, log } = nativeApp({ config });
    const [one, other] = [native(small.slice(1)), native(large.slice(1))];
    expect(await post(one)).toMatchObject({ body: { id: 1 } });
    expect(await post(other)).toMatchObject({ body: { id: 2, duplicate: false } });
    expect(await post(`[${one},${other}]`)).toMatchObject({ body: { recorded: 2, ids: [3, 4] } });
    expect(await postLines(`${other}\n${one}\n`)).toMatchObject({ body: { recorded: 2, failed: 0 } });
    const first = answerOf(await eventOf(log));
    for (const id of [2, 3, 4, 5, 6]) expect(answerOf(await eventOf(log, id))).toBe(first);
    for (const id of [2, 4, 5]) {
      const { rows } = (await eventOf(log, id)).metadata;
      expect(rows && keptJson(rows)?.text).toBe(written);
    }
  });
});

test("a repetition with its names in another order, small or large, is one", async () => {
  const { post } = nativeApp({ config });
  const key = '"idempotency_key":"k"';
  const bodies = [
    native(`${key},${small.slice(1)}`),
    native(`${key},${large.slice(1)}`),
    native(`"metadata":{"n":5,"rows":[{"a":[{},NaN],"9":null,"b":2,"10":"é"}]},${key}}`),
    native(`"metadata":{"n":5,"rows":[{"10":"é","b":2,"9":null,"a":[{},NaN]}]},${key}${padding}}`),
  ];
  for (const [i, body] of bodies.entries())
    expect(await post(body)).toMatchObject({ body: { id: 1, duplicate: i > 0 } });
  const other = native(`"metadata":{"n":5,"rows":[{"10":"é","b":2.0,"9":null,"a":[{},NaN]}]},${key}${padding}}`);
  expect(await post(other)).toMatchObject({ status: 422 });
});

describe("of a large body is refused, with the limit's name,", () => {
  const { post, postLines, request } = nativeApp({ config });
  const refusals: readonly (readonly [what: string, body: string, status: number, error: string])[] = [
    ["too many tags", native(`"tags":{${members(3001, '""')}}${padding}}`), 400, "The event has 3001 tags"],
    ["too many metadata", native(`"metadata":{${members(3001, "[]")}}${padding}}`), 400, "metadata has 3001 entries"],
    [
      "too many partitions",
      native(`"partitions":[${Array.from({ length: 3001 }, (_, i) => `"${i}"`)}]${padding}}`),
      413,
      "What is to be recorded as one has 3001 events",
    ],
    ["too many events", `[${"{},".repeat(30_000)}{}]`, 413, "What is to be recorded as one has 30001 events"],
    ["what is no JSON", `[${" ".repeat(largeText)}{]`, 400, "Expecting property name enclosed in double quotes"],
    ["what is no event", `["${padding}"]`, 400, 'An event is a JSON object. Got "   '],
    ["a field that there is not", native(`"more":[${padding}]}`), 400, 'An event has no field "more".'],
    ["JSON for a text", native(`"description":[${padding}1]}`), 400, "The field description must be a string. Got [1]"],
  ];
  test.each(refusals)("%s", async (_, body, status, error) => {
    expect(await post(body)).toMatchObject({ status, body: { error: expect.stringContaining(error) } });
  });

  test("all of these in a line, which says so alone", async () => {
    for (const [what, body, , error] of refusals) {
      if (what === "too many events") continue;
      const { body: answer } = await postLines(`${body}\n${linesOf(materializationOf("a"))}`);
      const problem = what === "what is no event" ? "An event is a JSON object" : error;
      expect(answer).toMatchObject({
        recorded: 1,
        failed: 1,
        errors: [{ line: 1, error: expect.stringContaining(problem) }],
      });
    }
  });

  test("too many metadata of a report", async () => {
    const answer = await request("../../report_asset_materialization/a", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"metadata":{${members(3001, "[]")}},"other":[${padding}]}`,
    });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("metadata has 3001 entries")]);
  });
});
