import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readJson } from "../../core/json-reader.ts";
import {
  compareAssetKeys,
  formatAssetKey,
  formatEvent,
  type JsonObject,
  type JsonValue,
  JsonSyntaxError,
  parseAssetKey,
  parseEvent,
  parseJson,
  parseReportBody,
  parseReportCheckRequest,
  parseReportObservationRequest,
  parseReportRequest,
  ReportRequestError,
  type ReportQuery,
  type RunlessEvent,
  type SafeResult,
  safeParseReportCheckRequest,
  safeParseReportObservationRequest,
  safeParseReportRequest,
  stringifyJson,
} from "../../core/index.ts";
import { percentDecode } from "../../core/percent-decode.ts";
import {
  anyText,
  assetKey,
  jsonText,
  jsonValue,
  keyOf,
  mutatedJsonText,
  numberToken,
  recordedEvent,
  slashlessKey,
  strictJsonText,
  wellFormedText,
} from "./arbitraries.ts";

type Parse<Result> = (url: string, query?: ReportQuery, body?: JsonValue) => Result;
interface Endpoint {
  readonly path: string;
  readonly parse: Parse<RunlessEvent>;
  readonly safeParse: Parse<SafeResult<RunlessEvent>>;
  readonly textParameters: readonly string[];
}
const checkFields = { check_name: "fresh", passed: true };
const assetParameters = ["partition", "description", "data_version"];
const endpoints: readonly Endpoint[] = [
  {
    path: "/report_asset_materialization/",
    parse: parseReportRequest,
    safeParse: safeParseReportRequest,
    textParameters: assetParameters,
  },
  {
    path: "/report_asset_observation/",
    parse: parseReportObservationRequest,
    safeParse: safeParseReportObservationRequest,
    textParameters: assetParameters,
  },
  {
    path: "/report_asset_check/",
    parse: parseReportCheckRequest,
    safeParse: safeParseReportCheckRequest,
    textParameters: ["partition", "check_name"],
  },
];
const parameters = ["partition", "description", "data_version", "metadata", "check_name", "passed", "severity"];

function holds<Values extends [unknown, ...unknown[]]>(
  law: string,
  ...property: [...{ [I in keyof Values]: fc.Arbitrary<Values[I]> }, (...values: Values) => void]
) {
  test(law, () => fc.assert(fc.property(...property)));
}
