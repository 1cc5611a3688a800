import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type AssetKey,
  formatEvent,
  type JsonObject,
  type JsonValue,
  parseJson,
  parseReportBody,
  parseReportCheckRequest,
  parseReportObservationRequest,
  parseReportRequest,
  type ReportQuery,
  ReportRequestError,
  type RunlessEvent,
  type SafeResult,
  safeParseReportCheckRequest,
  safeParseReportObservationRequest,
  safeParseReportRequest,
  stringifyJson,
} from "../../../core/index.ts";
import {
  always,
  anyText,
  assetKey,
  jsonText,
  jsonValue,
  mutatedJsonText,
  numberToken,
  percentText,
  slashlessKey,
  wellFormedText,
} from "../arbitraries.ts";

type Parse<Result> = (url: string, query?: ReportQuery, body?: JsonValue) => Result;
type Endpoint = readonly [path: string, parse: Parse<RunlessEvent>, safeParse: Parse<SafeResult<RunlessEvent>>];
const endpoints: readonly Endpoint[] = [
  ["/report_asset_materialization/", parseReportRequest, safeParseReportRequest],
  ["/report_asset_observation/", parseReportObservationRequest, safeParseReportObservationRequest],
  ["/report_asset_check/", parseReportCheckRequest, safeParseReportCheckRequest],
];
const required: JsonObject = { check_name: "fresh", passed: true };
const parameter = fc.constantFrom(
  ...["asset_key", "partition", "description", "data_version", "metadata", "check_name", "passed", "severity"],
);
const plausible = fc.oneof(fc.constantFrom(null, true, "WARN"), wellFormedText, assetKey, jsonValue);
const members: fc.Arbitrary<JsonObject> = fc.dictionary(parameter, plausible, { noNullPrototype: true });
const body = fc.oneof(
  members,
  members.map((some) => ({ ...required, ...some })),
);
const query = fc.array(fc.tuple(parameter, fc.oneof(anyText, jsonText, fc.constantFrom("true", "{}", "ERROR"))));

function outcome([, , safeParse]: Endpoint, url: string, query: ReportQuery, body: JsonValue) {
  const result = safeParse(url, query, body);
  return result.success ? result.event : { code: result.error.code, message: result.error.message };
}

function refusesAtMost(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(ReportRequestError);
  }
}

describe.each(endpoints)("%s", (...endpoint) => {
  const [path, parse, safeParse] = endpoint;
  const pathOf = (key: AssetKey) => path + key.map(encodeURIComponent).join("/");

  test("the key of the path beats the body's, which beats the query's", () => {
    const maybe = (key: fc.Arbitrary<AssetKey>) => fc.option(key, { nil: undefined });
    const sources = fc.tuple(maybe(slashlessKey), maybe(assetKey), maybe(assetKey));
    always(
      fc.property(sources, ([inPath, inBody, inQuery]) => {
        const first = inPath ?? inBody ?? inQuery;
        fc.pre(first !== undefined);
        const query: [string, string][] = inQuery === undefined ? [] : [["asset_key", JSON.stringify(inQuery)]];
        const fields = inBody === undefined ? required : { ...required, asset_key: inBody };
        expect(parse(inPath === undefined ? path : pathOf(inPath), query, fields).assetKey).toEqual(first);
      }),
    );
  });

  test("a key in the path leaves those of the body and the query unread, whatever they are", () => {
    always(
      fc.property(body, query, ({ asset_key: _, ...rest }, query) => {
        const without = query.filter(([name]) => name !== "asset_key");
        const asked = outcome(endpoint, `${path}a`, [...query, ["asset_key", "[]"]], { ...rest, asset_key: 5 });
        expect(asked).toEqual(outcome(endpoint, `${path}a`, without, rest));
      }),
    );
  });

  test("what the body says, null included, no query changes", () => {
    always(
      fc.property(fc.constantFrom(path, `${path}a`), body, query, (url, body, query) => {
        const unsaid = query.filter(([name]) => !Object.hasOwn(body, name));
        expect(outcome(endpoint, url, query, body)).toEqual(outcome(endpoint, url, unsaid, body));
      }),
    );
  });

  test("what the body leaves out, the query says as well", () => {
    const text = fc.tuple(fc.constantFrom("partition", "description", "data_version", "check_name"), anyText);
    const said = fc.oneof(
      text.map(([name, text]) => [name, text, text] as const),
      fc
        .tuple(fc.constantFrom("metadata", "passed"), jsonText)
        .map(([name, text]) => [name, text, parseJson(text)] as const),
    );
    always(
      fc.property(said, ([name, text, value]) => {
        const { [name]: _, ...rest } = required;
        const inBody = outcome(endpoint, `${path}a`, [], { ...rest, [name]: value });
        expect(outcome(endpoint, `${path}a`, { [name]: text }, rest)).toEqual(inBody);
      }),
    );
  });

  test("of a query parameter that is repeated the last value counts", () => {
    always(
      fc.property(query, (query) => {
        const last = Object.fromEntries(query);
        expect(outcome(endpoint, path, query, {})).toEqual(outcome(endpoint, path, last, {}));
      }),
    );
  });

  test("a path key survives encodeURIComponent", () => {
    always(
      fc.property(slashlessKey, (key) => {
        expect(parse(`https://host/any${pathOf(key)}?asset_key=b#c`, [], required).assetKey).toEqual(key);
      }),
    );
  });

  test("a number survives from the body to the answer", () => {
    always(
      fc.property(numberToken, (token) => {
        const body = parseReportBody(`{"check_name":"c","passed":true,"metadata":{"n":${token},"o":{"n":[${token}]}}}`);
        const answer = formatEvent({ ...parse(`${path}a`, [], body), id: 1, timestamp: 0, receivedAt: 0 });
        const { type, raw_value: value } = JSON.parse(answer).metadata.n;
        expect(type).toBe(/[.eE]/.test(token) ? "float" : "int");
        if (type === "int") expect(BigInt(value)).toBe(BigInt(token));
        else expect(Number(value)).toBe(Number(token));
        expect(answer).toContain(`"o":{"type":"json","raw_value":{"n":[${token}]}}`);
      }),
    );
  });

  test("no text is met with anything but an event or a ReportRequestError", () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((bytes) => new TextDecoder().decode(bytes));
    const bodyText = fc.oneof(anyText, bytes, jsonText, mutatedJsonText, body.map(stringifyJson));
    const url = fc.oneof(
      percentText,
      percentText.map((key) => path + key),
    );
    always(
      fc.property(url, query, bodyText, (url, query, text) => {
        refusesAtMost(() => parse(url, query, parseReportBody(text)));
      }),
    );
  });

  test.each(["[", '{"metadata":', '{"a":[', "]", '"', "\\"])("a hundred thousand of %s are refused at most", (unit) => {
    const deep = unit.repeat(100_000);
    refusesAtMost(() => parse(`${path}${deep}`, { asset_key: deep, metadata: deep }, parseReportBody(deep)));
    for (const name of ["asset_key", "metadata", "passed"]) {
      refusesAtMost(() => parse(path, { asset_key: "a", passed: "true", [name]: deep }));
    }
  });

  test("the safe form gives the same event, or the same error, as the throwing form", () => {
    always(
      fc.property(body, query, (body, query) => {
        const result = safeParse(path, query, body);
        if (result.success) expect(parse(path, query, body)).toEqual(result.event);
        else expect(() => parse(path, query, body)).toThrow(result.error);
      }),
    );
  });
});
