export type ReportRequestErrorCode =
  | "invalid_input"
  | "unknown_endpoint"
  | "unhandled_content_type"
  | "malformed_json"
  | "body_not_object"
  | "empty_asset_key"
  | "invalid_asset_key"
  | "missing_passed"
  | "invalid_passed"
  | "invalid_metadata_json"
  | "invalid_event";

/**
 * A report that can't be recorded as it is: the message is a sentence for the caller, the code is for programs.
 *
 * @example
 * try {
 *   parseReportRequest("/report_asset_materialization/");
 * } catch (error) {
 *   if (error instanceof ReportRequestError) console.log(error.code); // empty_asset_key
 * }
 */
export class ReportRequestError extends Error {
  override readonly name = "ReportRequestError";
  readonly code: ReportRequestErrorCode;
  constructor(code: ReportRequestErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
