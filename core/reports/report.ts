import type { AssetCheckEvaluation, AssetMaterialization, AssetObservation } from "../events/events.ts";
import { assertJsonBody, parseReportBody } from "./report-body.ts";
import {
  parseReportCheckRequest,
  parseReportObservationRequest,
  parseReportRequest,
  pathOf,
  type ReportQuery,
  type ReportUrl,
} from "./report-request.ts";
import { ReportRequestError } from "./report-request-error.ts";

/** A request to one of the report endpoints. */
export interface ReportInput {
  /** Its url or path, which names the endpoint. The asset key may follow. */
  readonly url: ReportUrl;
  /** Default: none. The url's own query is not read. */
  readonly query?: ReportQuery | undefined;
  /** The text of the body. Absent, empty or blank: there is no body. */
  readonly body?: string | null | undefined;
  /** The header. Without it a body is read as JSON. */
  readonly contentType?: string | null | undefined;
}

interface Events {
  readonly report_asset_materialization: AssetMaterialization;
  readonly report_asset_observation: AssetObservation;
  readonly report_asset_check: AssetCheckEvaluation;
}

export type ReportEndpoint = keyof Events;

export type Report = {
  [Endpoint in ReportEndpoint]: { readonly endpoint: Endpoint; readonly event: Events[Endpoint] };
}[ReportEndpoint];

export type SafeReport =
  | ({ readonly success: true } & Report)
  | {
      readonly success: false;
      /** Undefined if the url names no endpoint. */
      readonly endpoint: ReportEndpoint | undefined;
      readonly error: ReportRequestError;
    };

const parsers = {
  report_asset_materialization: parseReportRequest,
  report_asset_observation: parseReportObservationRequest,
  report_asset_check: parseReportCheckRequest,
};

const notAnInput = "A report is read of { url, query, body, contentType }, with the body as text.";

/**
 * The event that a POST to any of the report endpoints reports, and that endpoint: the first that the path names. Pure.
 * Throws ReportRequestError, and nothing else. Input that the types do not allow is `invalid_input`.
 *
 * @example
 * const query = { check_name: "no_nulls", passed: "true" };
 * const { endpoint, event } = parseReport({ url: "/report_asset_check/warehouse/orders", query });
 * console.log(endpoint, event.assetKey); // report_asset_check [ 'warehouse', 'orders' ]
 */
export function parseReport(input: ReportInput): Report {
  const report = safeParseReport(input);
  if (!report.success) throw report.error;
  return { endpoint: report.endpoint, event: report.event } as Report; // each parser makes its own endpoint's event
}

/**
 * As `parseReport`, with the error as a result. Never throws.
 *
 * @example
 * const report = safeParseReport({ url: "/report_asset_check/warehouse/orders" });
 * if (!report.success) console.log(report.error.code); // missing_passed
 */
export function safeParseReport(input: ReportInput): SafeReport {
  let endpoint: ReportEndpoint | undefined;
  try {
    endpoint = endpointOf(input);
    return { success: true, endpoint, event: eventOf(endpoint, input) } as SafeReport; // each parser makes its own endpoint's event
  } catch (thrown) {
    const error = thrown instanceof ReportRequestError ? thrown : new ReportRequestError("invalid_input", notAnInput);
    return { success: false, endpoint, error };
  }
}

function endpointOf({ url }: ReportInput): ReportEndpoint {
  const [, name] = /\/(report_asset_(?:materialization|observation|check))(?:\/|$)/.exec(pathOf(url)) ?? [];
  if (name !== undefined) return name as ReportEndpoint;
  throw new ReportRequestError("unknown_endpoint", `The path must name one of ${Object.keys(parsers).join(", ")}.`);
}

function eventOf(endpoint: ReportEndpoint, { url, query, body, contentType }: ReportInput) {
  assertJsonBody(contentType);
  return parsers[endpoint](url, query, parseReportBody(body ?? ""));
}
