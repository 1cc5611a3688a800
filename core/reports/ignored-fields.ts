import { isJsonObject, type JsonValue } from "../json/json-value.ts";
import type { ReportEndpoint } from "./report.ts";
import { isIterable, type ReportQuery } from "./report-request.ts";

const ofEvents = new Set(["asset_key", "metadata", "data_version", "description", "partition"]);
const ofChecks = new Set(["asset_key", "check_name", "passed", "severity", "metadata", "partition"]);
const none: readonly string[] = [];

/**
 * The names of body fields and query parameters that a report endpoint does not know, and so ignores, as Dagster does.
 * Each is listed once, those of the body first. Pure; it never throws.
 */
export function ignoredFields(
  endpoint: ReportEndpoint,
  query: ReportQuery = [],
  body?: JsonValue | undefined,
): readonly string[] {
  const known = endpoint === "report_asset_check" ? ofChecks : ofEvents;
  let unknown: Set<string> | undefined; // made only if it is needed: most reports have no unknown names
  const look = (name: string): void => {
    if (!known.has(name)) unknown = (unknown ?? new Set()).add(name);
  };
  if (isJsonObject(body)) for (const name in body) look(name);
  if (isIterable(query)) {
    for (const [name] of query) look(name);
  } else {
    for (const name in query) look(name);
  }
  return unknown === undefined ? none : [...unknown];
}
