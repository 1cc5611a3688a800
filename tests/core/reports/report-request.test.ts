import { describe, expect, test } from "bun:test";
import {
  type AssetKey,
  dataVersionOf,
  float,
  int,
  type JsonObject,
  type JsonValue,
  parseReportBody,
  parseReportCheckRequest,
  parseReportObservationRequest,
  parseReportRequest,
  type ReportQuery,
  safeParseReportCheckRequest,
  safeParseReportRequest,
} from "../../../core/index.ts";

const here = "/report_asset_materialization/";
const there = "/report_asset_materialization/a";

describe("the asset key", () => {
  test.each<[why: string, path: string, key: AssetKey]>([
    ["is split on slashes", "a/b/c", ["a", "b", "c"]],
    ["is decoded before it is split", "a%2Fb%20c", ["a", "b c"]],
    ["keeps empty parts", "a//b/", ["a", "", "b", ""]],
    ["keeps dot segments", "a/../b", ["a", "..", "b"]],
    ["keeps a plus sign", "a+b", ["a+b"]],
    ["keeps an invalid escape", "100%", ["100%"]],
    ["may hold a newline", "a%0Ab", ["a\nb"]],
    ["may hold a question mark", "a%3Fb?c", ["a?b"]],
    ["ends before the fragment", "a#b", ["a"]],
    ["may be an endpoint's name", "report_asset_materialization/a", ["report_asset_materialization", "a"]],
  ])("of the path %s", (_, path, key) => {
    for (const mount of ["", "/prod", "http://host:3000", "https://host/deep/er"]) {
      expect(parseReportRequest(`${mount}${here}${path}`).assetKey).toEqual(key);
      expect(parseReportRequest({ href: `${mount}${here}${path}` }).assetKey).toEqual(key);
    }
  });

  test.each<[query: string, key: AssetKey]>([
    ["a", ["a"]],
    ["db.schema-table", ["db", "schema", "table"]],
    ["a//b_c", ["a", "b_c"]],
    ["café/漢字", ["café", "漢字"]],
    ['["a.b", "c"]', ["a.b", "c"]],
    ['["a"', ["a"]],
    [' ["a"]', ["a"]],
  ])("of the query %p is %j", (asset_key, key) => {
    expect(parseReportRequest(here, { asset_key }).assetKey).toEqual(key);
  });

  test("of the body is one part as a string, and its parts as an array", () => {
    expect(parseReportRequest(here, [], { asset_key: "a/b" }).assetKey).toEqual(["a/b"]);
    expect(parseReportRequest(here, [], { asset_key: ["a", "b"] }).assetKey).toEqual(["a", "b"]);
  });

  test.each<[why: string, url: string, query: ReportQuery, body: JsonObject]>([
    ["none is given", here, {}, {}],
    ["the endpoint has no trailing slash", "/report_asset_materialization", {}, {}],
    ["the path has only slashes, whatever the body says", `${here}/`, {}, { asset_key: "a" }],
    ["the body's is empty, whatever the query says", here, { asset_key: "a" }, { asset_key: "" }],
    ["the body's has no parts", here, {}, { asset_key: [] }],
    ["the query's has only separators", here, { asset_key: "--" }, {}],
    ["the query's is an empty array", here, { asset_key: "[]" }, {}],
    ["the path is another endpoint's", "/report_asset_check/a", {}, {}],
  ])("is missing where %s", (_, url, query, body) => {
    expect(() => parseReportRequest(url, query, body)).toThrow(
      expect.objectContaining({ code: "empty_asset_key", message: expect.stringMatching(/^Empty asset key, /) }),
    );
  });

  test.each<[JsonValue]>([[null], [5], [true], [{}], [["a", 1]], [[["a"]]], [float(1)]])(
    "can't be %j in a body",
    (asset_key) => {
      expect(safeParseReportRequest(here, [], { asset_key })).toMatchObject({ error: { code: "invalid_asset_key" } });
      expect(parseReportRequest(there, [], { asset_key }).assetKey).toEqual(["a"]);
    },
  );
});

describe("body and query", () => {
  test("a null in the body hides the query's value", () => {
    const query = { partition: "p", description: "d", data_version: "v", metadata: "not JSON" };
    const nulls = { partition: null, description: null, data_version: null, metadata: null };
    expect(parseReportRequest(there, query, nulls)).toEqual(parseReportRequest(there));
  });

  test("a query may be URLSearchParams, pairs or a record; the last of a repeated name counts", () => {
    const forms = [new URLSearchParams("partition=x&partition=p"), [["partition", "p"]] as const, { partition: "p" }];
    for (const query of forms) expect(parseReportRequest(there, query).partition).toBe("p");
  });

  test("an empty text in the query is a value", () => {
    const event = parseReportRequest(there, { partition: "", description: "", data_version: "" });
    expect([event.partition, event.description, dataVersionOf(event)]).toEqual(["", "", ""]);
  });

  test.each(["toString", "constructor", "__proto__"])("%s is no parameter that every body has", (name) => {
    expect(parseReportRequest(there, { [name]: "x" }, { [name]: "y" })).toEqual(parseReportRequest(there));
  });

  test.each<[body: string, text: string]>([
    ["5", "5"],
    ["1.50", "1.50"],
    ["true", "true"],
    ["9223372036854775808", "9223372036854775808"],
    ['"v1"', "v1"],
  ])("a data version of %s is kept as the text %p", (json, text) => {
    expect(dataVersionOf(parseReportRequest(there, [], parseReportBody(`{"data_version":${json}}`)))).toBe(text);
  });

  test("metadata in the query is JSON, raw control characters and all", () => {
    const { metadata } = parseReportRequest(there, { metadata: '{"n": 1.0, "big": 9223372036854775808, "t": "a\nb"}' });
    expect(metadata).toEqual({
      n: { type: "float", rawValue: 1 },
      big: { type: "int", rawValue: int(2n ** 63n) },
      t: { type: "text", rawValue: "a\nb" },
    });
  });

  test("an object that looks typed is json, as in Dagster", () => {
    const link = { type: "url", raw_value: "https://a.b" };
    expect(parseReportRequest(there, [], { metadata: { link } }).metadata.link).toEqual({
      type: "json",
      rawValue: link,
    });
  });
});

describe("a check", () => {
  const check = "/report_asset_check/a";
  const passing = { check_name: "fresh", passed: "true" };

  test("reads its result as JSON from the query; a severity not given is ERROR, a description is ignored", () => {
    const event = parseReportCheckRequest(check, { ...passing, description: "d" });
    expect(event).toMatchObject({ checkName: "fresh", passed: true, severity: "ERROR", description: null });
    expect(parseReportCheckRequest(check, { ...passing, severity: "WARN" }).severity).toBe("WARN");
    expect(parseReportCheckRequest(check, { ...passing, severity: "WARN" }, { severity: null }).severity).toBe("ERROR");
  });

  test.each<[code: string, query: ReportQuery, message: string]>([
    ["missing_passed", { check_name: "fresh" }, "Missing required parameter 'passed'."],
    ["invalid_passed", { passed: "yes" }, "Error parsing 'passed': Expecting value: line 1 column 1 (char 0)"],
    ["invalid_metadata_json", { ...passing, metadata: "{" }, "Error parsing metadata json: Expecting property name "],
    ["invalid_passed", { passed: "True" }, "In a query it is JSON: passed=true or passed=false"],
    ["invalid_metadata_json", { ...passing, metadata: "rows" }, 'params={"metadata": json.dumps({"rows": 5})}'],
    ["invalid_event", { ...passing, passed: "1" }, 'Error constructing AssetCheckEvaluation: Param "passed" is not '],
    ["invalid_event", { passed: "true" }, 'Error constructing AssetCheckEvaluation: Param "check_name" is not a str. '],
    [
      "invalid_event",
      { ...passing, severity: "warn" },
      'Error constructing AssetCheckEvaluation: Param "severity" is ',
    ],
  ])("is refused with %s for %j", (code, query, message) => {
    const result = safeParseReportCheckRequest(check, query);
    expect(result).toMatchObject({ success: false, error: { name: "ReportRequestError", code } });
    expect(() => parseReportCheckRequest(check, query)).toThrow(message);
  });
});

test("what is wrong first is answered: body, key, passed, metadata, event", () => {
  const wrong: ReportQuery = { asset_key: "-", passed: "?", metadata: "?", severity: "?" };
  const answers: [body: JsonValue, code: string][] = [
    [[], "body_not_object"],
    [{}, "empty_asset_key"],
    [{ asset_key: "a" }, "invalid_passed"],
    [{ asset_key: "a", passed: 1 }, "invalid_metadata_json"],
    [{ asset_key: "a", passed: 1, metadata: {} }, "invalid_event"],
  ];
  for (const [body, code] of answers) {
    expect(safeParseReportCheckRequest("/report_asset_check/", wrong, body)).toMatchObject({ error: { code } });
  }
});

test.each<[JsonValue]>([[null], [[]], [["asset_key"]], ["a"], [1], [float(1)], [true]])(
  "a body of %j is refused",
  (body) => {
    expect(safeParseReportRequest(there, [], body)).toMatchObject({ error: { code: "body_not_object" } });
  },
);

test("an error names the event that could not be made, the parameter, and what came", () => {
  const body = { partition: 5 };
  const problem = 'Param "partition" is not a str. Got 5 which is type int.';
  expect(() => parseReportRequest(there, [], body)).toThrow(`Error constructing AssetMaterialization: ${problem}`);
  expect(() => parseReportObservationRequest("/report_asset_observation/a", [], body)).toThrow(
    `Error constructing AssetObservation: ${problem}`,
  );
});
