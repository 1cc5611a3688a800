import { type AssetKey, namedKey } from "../asset-key.ts";
import { describe } from "../describe.ts";
import { checkFields, type EventInput, eventFields } from "../events/event-fields.ts";
import type { AssetCheckEvaluation, AssetMaterialization, AssetObservation } from "../events/events.ts";
import { InvalidEventError } from "../events/invalid-event-error.ts";
import { inferMetadataValue } from "../events/metadata.ts";
import { parseJson, safelyParseJson } from "../json/json.ts";
import { JsonSyntaxError } from "../json/json-syntax-error.ts";
import { isArray, isJsonObject, type JsonObject, type JsonValue } from "../json/json-value.ts";
import { percentDecode } from "../percent-decode.ts";
import { ReportRequestError, type ReportRequestErrorCode } from "./report-request-error.ts";

/** The address of a report. The asset key is the part after the endpoint's name, at any mount point. */
export type ReportUrl = string | { readonly href: string };
/** Query parameters, decoded. URLSearchParams is one form. The last value of a repeated name counts. */
export type ReportQuery = Iterable<readonly [string, string]> | Readonly<Record<string, string>>;
export type SafeResult<Event> =
  | { readonly success: true; readonly event: Event }
  | { readonly success: false; readonly error: ReportRequestError };

/**
 * The event that a POST to /report_asset_materialization/{key} reports. Pure. Throws ReportRequestError, and nothing
 * else, for any input.
 *
 * Asset key: URL path, else body, else query. Every other parameter: body, else query. Presence counts: a null in the
 * body hides the query's value. These are Dagster's rules (dagster_webserver/external_assets.py), with the differences
 * that docs/dagster.md lists.
 *
 * @example
 * const query = new URLSearchParams("partition=2026-11-23&description=nightly");
 * const event = parseReportRequest("/report_asset_materialization/warehouse/orders", query, { partition: null });
 * console.log(event.assetKey, event.partition, event.description); // [ 'warehouse', 'orders' ] null nightly
 */
export function parseReportRequest(url: ReportUrl, query: ReportQuery = [], body?: JsonValue): AssetMaterialization {
  const fields = parseAssetEvent("report_asset_materialization", "AssetMaterialization", url, query, body);
  return { type: "ASSET_MATERIALIZATION", ...fields };
}

/**
 * As `parseReportRequest`, for a POST to /report_asset_observation/{key}.
 *
 * @example
 * const event = parseReportObservationRequest("/report_asset_observation/vendor/prices", { data_version: "v2" });
 * console.log(dataVersionOf(event)); // v2
 */
export function parseReportObservationRequest(
  url: ReportUrl,
  query: ReportQuery = [],
  body?: JsonValue,
): AssetObservation {
  const fields = parseAssetEvent("report_asset_observation", "AssetObservation", url, query, body);
  return { type: "ASSET_OBSERVATION", ...fields };
}

function parseAssetEvent(endpoint: string, what: string, url: ReportUrl, query: ReportQuery, body?: JsonValue) {
  const request = readRequest(endpoint, url, query, body);
  const input: EventInput = {
    metadata: metadataOf(request),
    partition: parameter(request, "partition"),
    description: parameter(request, "description"),
    dataVersion: parameter(request, "data_version"),
  };
  return construct(what, () => eventFields(request.assetKey, input, inferMetadataValue));
}

/**
 * As `parseReportRequest`, for a POST to /report_asset_check/{key}. A description is ignored, as Dagster ignores it.
 *
 * @example
 * const body = { check_name: "no_nulls", passed: false, severity: "WARN" };
 * const event = parseReportCheckRequest("/report_asset_check/warehouse/orders", [], body);
 * console.log(event.checkName, event.passed, event.severity); // no_nulls false WARN
 */
export function parseReportCheckRequest(
  url: ReportUrl,
  query: ReportQuery = [],
  body?: JsonValue,
): AssetCheckEvaluation {
  const request = readRequest("report_asset_check", url, query, body);
  if (!has(request, "passed")) throw new ReportRequestError("missing_passed", "Missing required parameter 'passed'.");
  const passed = jsonParameter(request, "passed", "invalid_passed", "Error parsing 'passed'");
  const metadata = metadataOf(request);
  const checkName = parameter(request, "check_name");
  return construct("AssetCheckEvaluation", () => ({
    type: "ASSET_CHECK_EVALUATION",
    ...eventFields(request.assetKey, { partition: parameter(request, "partition"), metadata }, inferMetadataValue),
    ...checkFields({ checkName, passed, severity: parameter(request, "severity") }),
  }));
}

/**
 * As `parseReportRequest`, whose error it answers. Never throws.
 *
 * @example
 * const report = safeParseReportRequest("/report_asset_materialization/");
 * if (!report.success) console.log(report.error.code); // empty_asset_key
 */
export const safeParseReportRequest = safely(parseReportRequest);

/**
 * As `parseReportObservationRequest`, whose error it answers. Never throws.
 *
 * @example
 * const report = safeParseReportObservationRequest("/report_asset_observation/vendor/prices");
 * if (report.success) console.log(report.event.type); // ASSET_OBSERVATION
 */
export const safeParseReportObservationRequest = safely(parseReportObservationRequest);

/**
 * As `parseReportCheckRequest`, whose error it answers. Never throws.
 *
 * @example
 * const report = safeParseReportCheckRequest("/report_asset_check/a", { check_name: "c", passed: "maybe" });
 * if (!report.success) console.log(report.error.code); // invalid_passed
 */
export const safeParseReportCheckRequest = safely(parseReportCheckRequest);

interface ReportRequest {
  readonly assetKey: AssetKey;
  readonly body: JsonObject;
  readonly query: ReadonlyMap<string, string>;
}

function readRequest(endpoint: string, url: ReportUrl, query: ReportQuery, body: JsonValue = {}): ReportRequest {
  if (!isJsonObject(body)) {
    throw new ReportRequestError("body_not_object", `The body must be a JSON object. Got ${describe(body)}.`);
  }
  const parameters = new Map(isIterable(query) ? query : Object.entries(query));
  const parts = pathKey(endpoint, url) ?? bodyKey(body) ?? queryKey(parameters.get("asset_key"));
  const assetKey = parts && namedKey(parts);
  if (assetKey !== undefined) return { assetKey, body, query: parameters };
  throw new ReportRequestError(
    "empty_asset_key",
    `Empty asset key, must provide asset key as url path after /${endpoint}/ or query param asset_key, or asset_key in a JSON body.`,
  );
}

export function isIterable(query: ReportQuery): query is Iterable<readonly [string, string]> {
  return Symbol.iterator in query;
}

const pathOfUrl = /^(?:[a-z][a-z\d+.-]*:\/\/[^/?#]*)?([^?#]*)/i;

/** The path after a slash. It is decoded before it is split, as Dagster's server does: `%2F` splits like `/`. */
export function pathOf(url: ReportUrl): string {
  return `/${percentDecode(pathOfUrl.exec(typeof url === "string" ? url : url.href)?.[1] ?? "")}`;
}

function pathKey(endpoint: string, url: ReportUrl): AssetKey | undefined {
  const path = pathOf(url);
  const start = path.indexOf(`/${endpoint}/`);
  const rest = start === -1 ? "" : path.slice(start + endpoint.length + 2);
  return rest === "" ? undefined : rest.split("/");
}

function bodyKey(body: JsonObject): AssetKey | undefined {
  if (!Object.hasOwn(body, "asset_key")) return undefined;
  const key = body.asset_key;
  if (typeof key === "string") return [key];
  if (isArray(key) && key.every((part) => typeof part === "string")) return key;
  throw notAKey(key);
}

/** A JSON array, or else the text split at characters that no name has, as Dagster reads a key in its database. */
function queryKey(text: string | undefined): AssetKey | undefined {
  if (text?.startsWith("[")) {
    const parsed = safelyParseJson(text);
    if (isArray(parsed)) {
      if (!parsed.every((part) => typeof part === "string")) throw notAKey(parsed);
      return parsed;
    }
  }
  return text?.split(/[^\p{L}\p{M}\p{N}_]+/u).filter((part) => part !== "");
}

function notAKey(value: unknown): ReportRequestError {
  return new ReportRequestError(
    "invalid_asset_key",
    `Param "asset_key" is not a str or a list of str. Got ${describe(value)}.`,
  );
}

function has(request: ReportRequest, name: string): boolean {
  return find(request, name) !== undefined;
}

/** The rule of precedence: the body has a parameter before the query, and by its presence alone. Undefined if neither has it. */
function find({ body, query }: ReportRequest, name: string): Found | undefined {
  if (Object.hasOwn(body, name)) return { value: body[name], isText: false };
  const text = query.get(name);
  return text === undefined ? undefined : { value: text, isText: true };
}

interface Found {
  readonly value: JsonValue | undefined;
  /** Whether it is text of the query, which has no types. */
  readonly isText: boolean;
}

function parameter(request: ReportRequest, name: string): JsonValue | undefined {
  return find(request, name)?.value;
}

/** What callers in Python mean by `params={"passed": True}` and `params={"metadata": {"rows": 5}}`. */
const queryHints: Readonly<Record<string, string>> = {
  passed: "In a query it is JSON: passed=true or passed=false",
  metadata: 'In a query it is JSON text: params={"metadata": json.dumps({"rows": 5})}, or send it in a JSON body',
};

/** A parameter that is JSON in the query too. Raw control characters are accepted there, as in Dagster. */
function jsonParameter(request: ReportRequest, name: string, code: ReportRequestErrorCode, problem: string) {
  const { value, isText = false } = find(request, name) ?? {};
  if (!isText || typeof value !== "string") return value;
  try {
    return parseJson(value, { controlCharacters: true });
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new ReportRequestError(code, `${problem}: ${error.message}. ${queryHints[name]}`);
  }
}

function metadataOf(request: ReportRequest): JsonValue | undefined {
  return jsonParameter(request, "metadata", "invalid_metadata_json", "Error parsing metadata json");
}

function construct<Event>(what: string, build: () => Event): Event {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof InvalidEventError)) throw error;
    throw new ReportRequestError("invalid_event", `Error constructing ${what}: ${error.message}`);
  }
}

function safely<Event>(parse: (url: ReportUrl, query?: ReportQuery, body?: JsonValue) => Event) {
  return (url: ReportUrl, query?: ReportQuery, body?: JsonValue): SafeResult<Event> => {
    try {
      return { success: true, event: parse(url, query, body) };
    } catch (error) {
      if (!(error instanceof ReportRequestError)) throw error;
      return { success: false, error };
    }
  };
}
