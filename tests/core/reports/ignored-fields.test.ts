import { expect, test } from "bun:test";
import { parseJson } from "../../../core/index.ts";
import { ignoredFields } from "../../../core/reports/ignored-fields.ts";
import type { ReportEndpoint } from "../../../core/reports/report.ts";

const everyField =
  '{"asset_key":"a","metadata":{"x":1},"data_version":"1","description":"d","partition":"p","check_name":"c","passed":true,"severity":"WARN"}';

test.each<[ReportEndpoint, string[]]>([
  ["report_asset_materialization", ["check_name", "passed", "severity"]],
  ["report_asset_observation", ["check_name", "passed", "severity"]],
  ["report_asset_check", ["data_version", "description"]],
])("%s ignores what Dagster's ignores, in the body and in the query", (endpoint, ignored) => {
  const body = parseJson(everyField);
  const query = Object.keys(JSON.parse(everyField)).map((name) => [name, ""] as const);
  expect(ignoredFields(endpoint, [], body)).toEqual(ignored);
  expect(ignoredFields(endpoint, query)).toEqual(ignored);
  expect(ignoredFields(endpoint, Object.fromEntries(query), null)).toEqual(ignored);
});

test("each name is told once, the body's first, whatever it is", () => {
  const query = new URLSearchParams("meta=1&timestamp=2&meta=3&asset_key=a");
  const body = parseJson('{"timestamp":1,"__proto__":2,"constructor":3,"":4}');
  expect(ignoredFields("report_asset_check", query, body)).toEqual([
    "timestamp",
    "__proto__",
    "constructor",
    "",
    "meta",
  ]);
});

test("what is no object has no fields", () => {
  expect([[], "timestamp", 5, null].flatMap((body) => ignoredFields("report_asset_check", {}, body))).toEqual([]);
});
