import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  float,
  parseReport,
  parseReportBody,
  parseReportCheckRequest,
  parseReportObservationRequest,
  parseReportRequest,
  ReportRequestError,
  type SafeReport,
  safeParseReport,
} from "../../../core/index.ts";
import { always, anyText, mutatedJsonText } from "../arbitraries.ts";

const json = "application/json";
const refusal = (report: SafeReport) =>
  report.success ? report.event : [report.endpoint, report.error.code, report.error.message];

describe("a report, as it came, is read by the endpoint that its path names", () => {
  test("a materialization", () => {
    const url = "https://example.com/prod/report_asset_materialization/warehouse/orders?ignored=1";
    const body = '{"metadata": {"share": 1.0}, "partition": "p"}';
    expect(parseReport({ url, query: { partition: "q", data_version: "v" }, body, contentType: json })).toEqual({
      endpoint: "report_asset_materialization",
      event: parseReportRequest(url, { data_version: "v" }, { metadata: { share: float(1) }, partition: "p" }),
    });
  });

  test("an observation, without a body", () => {
    const url = "/report_asset_observation";
    const query = new URLSearchParams("asset_key=a&data_version=v");
    const report = parseReport({ url, query });
    expect(report).toEqual({
      endpoint: "report_asset_observation",
      event: parseReportObservationRequest(url, query),
    });
  });

  test("a check", () => {
    const url = new URL("http://localhost/report_asset_check/a/");
    const body = '\ufeff{"check_name": "c", "passed": false, "severity": "WARN"}';
    expect(safeParseReport({ url, body, contentType: `${json}; charset=utf-8` })).toEqual({
      success: true,
      endpoint: "report_asset_check",
      event: parseReportCheckRequest(url, {}, parseReportBody(body)),
    });
  });

  test("its type goes with the endpoint", () => {
    const report = parseReport({ url: "/report_asset_check/a", query: { check_name: "c", passed: "true" } });
    // Only a check has a name: this would not compile without the endpoint.
    expect(report.endpoint === "report_asset_check" && report.event.checkName).toBe("c");
  });

  test.each([
    ["/report_asset_check/report_asset_materialization/a?x=/report_asset_observation/", "report_asset_check"],
    ["/report_asset_checks/report_asset_observation/a", "report_asset_observation"],
    ["/a%2Freport_asset_observation%2Fb", "report_asset_observation"],
  ])("the first that %p names", (url, endpoint) => {
    const query = { asset_key: "a", check_name: "c", passed: "true" };
    expect(parseReport({ url, query }).endpoint).toBe(endpoint as "report_asset_check");
  });
});

describe("a body", () => {
  const url = "/report_asset_materialization/a";
  const partitionOf = (input: Partial<Parameters<typeof parseReport>[0]>) =>
    parseReport({ url, query: { partition: "q" }, ...input }).event.partition;

  test.each([json, "Application/JSON", undefined, null])("is read where the content type is %p", (contentType) => {
    expect(partitionOf({ body: '{"partition": "p"}', contentType })).toBe("p");
  });

  test.each(["", " \n", "\ufeff", undefined, null])("is none where it is %p", (body) => {
    expect(partitionOf({ body, contentType: json })).toBe("q");
  });
});

describe("what can't be recorded is said, never thrown, by safeParseReport:", () => {
  const url = "/report_asset_check/a";

  test.each([
    ["malformed JSON", { url, body: "{", contentType: json }, "malformed_json", /^Error parsing the body as JSON/],
    ["another content type", { url, body: "a=b", contentType: "text/plain" }, "unhandled_content_type", /text\/plain/],
    ["a check without its result", { url, body: '{"check_name": "c"}' }, "missing_passed", /'passed'/],
    ["a body that is no object", { url, body: "[1]" }, "body_not_object", /must be a JSON object/],
    ["a key without a part", { url: "/report_asset_check/", body: "{}" }, "empty_asset_key", /report_asset_check/],
  ] as const)("%s", (_, input, code, message) => {
    expect(refusal(safeParseReport(input))).toEqual(["report_asset_check", code, expect.stringMatching(message)]);
    expect(() => parseReport(input)).toThrow(ReportRequestError);
  });

  test.each(["/report_asset/a", "", "/report_asset_check_x/a", "https://report_asset_check/a"])(
    "the address %p, which names no endpoint",
    (url) => {
      const names = "report_asset_materialization, report_asset_observation, report_asset_check";
      const said = [undefined, "unknown_endpoint", `The path must name one of ${names}.`];
      expect(refusal(safeParseReport({ url, body: "{" }))).toEqual(said);
    },
  );

  test.each([
    ["a body that was parsed already", { url, body: { passed: true } }],
    ["a query that is none", { url, query: 5 }],
    ["nothing", undefined],
    ["an address that is none", { url: undefined }],
    ["an object without an address", {}],
  ])("%s, which only a program without types gives", (_, input) => {
    expect(() => parseReport(input as never)).toThrow(ReportRequestError);
    const report = safeParseReport(input as never);
    expect(report.success ? undefined : report.error).toMatchObject({
      name: "ReportRequestError",
      code: "invalid_input",
      message: expect.stringContaining("{ url, query, body, contentType }"),
    });
  });
});

test("safeParseReport throws for nothing that it is given, and says what parseReport does", () => {
  const endpoint = fc.constantFrom(
    "/report_asset_materialization/",
    "/report_asset_check",
    "/report_asset_observation",
  );
  const url = fc.oneof(
    anyText,
    fc.tuple(endpoint, anyText).map(([path, rest]) => path + rest),
  );
  const contentType = fc.oneof(fc.constantFrom(json, undefined, null), anyText);
  const given = fc.record({ url, body: fc.oneof(mutatedJsonText, anyText), contentType });
  const anything = fc.record({ url: fc.oneof(url, fc.anything()), query: fc.anything(), body: fc.anything() });
  const input = fc.oneof(given, anything, fc.anything()) as fc.Arbitrary<Parameters<typeof parseReport>[0]>;
  always(
    fc.property(input, (input) => {
      const safe = safeParseReport(input);
      if (safe.success) expect(parseReport(input)).toEqual({ endpoint: safe.endpoint, event: safe.event } as never);
      else expect(() => parseReport(input)).toThrow(ReportRequestError);
    }),
  );
});
