import { parseJson } from "../json/json.ts";
import { JsonSyntaxError } from "../json/json-syntax-error.ts";
import type { JsonValue } from "../json/json-value.ts";
import { ReportRequestError } from "./report-request-error.ts";

/**
 * Throws ReportRequestError `unhandled_content_type` unless a report with this Content-Type has a JSON body:
 * `application/json` in any case and with any parameters, or no Content-Type. Python's
 * `requests.post(url, data=json.dumps(…))` sends none; Dagster ignores such a body without an error. Returns true.
 *
 * `runless/core` exports it as `hasJsonBody`.
 *
 * @example
 * console.log(hasJsonBody("application/json; charset=utf-8")); // true
 */
export function assertJsonBody(contentType: string | null | undefined): true {
  if (contentType === null || contentType === undefined) return true;
  if (contentType === "application/json" || /^\s*application\/json\s*(;|$)/i.test(contentType)) return true;
  throw new ReportRequestError(
    "unhandled_content_type",
    `Unhandled content type ${contentType}, expect no body or application/json: send the header content-type: application/json with a JSON body`,
  );
}

/**
 * A report's body, parsed. One byte order mark is dropped. An empty or blank body is undefined. `parse` reads the JSON;
 * by default `parseJson`. Throws ReportRequestError.
 *
 * @example
 * console.log(parseReportBody('{"partition": "2026-11-23"}')); // { partition: '2026-11-23' }
 * console.log(parseReportBody(" ")); // undefined
 */
export function parseReportBody(
  text: string,
  parse: (json: string) => JsonValue = (json) => parseJson(json),
): JsonValue | undefined {
  const json = text.startsWith("\ufeff") ? text.slice(1) : text;
  if (/^[ \t\n\r]*$/.test(json)) return undefined;
  try {
    return parse(json);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new ReportRequestError("malformed_json", `Error parsing the body as JSON: ${error.message}`);
  }
}
