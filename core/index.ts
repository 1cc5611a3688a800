export { type AssetKey, compareAssetKeys, formatAssetKey, hasPrefix, parseAssetKey } from "./asset-key.ts";
export type { EventReport } from "./event-input.ts";
export {
  type AssetCheckEvaluation,
  type AssetCheckOptions,
  type AssetCheckSeverity,
  type AssetMaterialization,
  type AssetObservation,
  type AssetWiped,
  assetKeyOf,
  assetWiped,
  checkEvaluation,
  checkEvent,
  dataVersionOf,
  type EventOptions,
  materialization,
  observation,
  type RecordedEvent,
  type RecordedEventType,
  type RunlessEvent,
  type RunlessEventType,
  type Tags,
  type WipeScope,
} from "./events.ts";
export { InvalidEventError } from "./invalid-event-error.ts";
export { maxJsonDepth, parseJson, stringifyJson } from "./json.ts";
export { JsonSyntaxError } from "./json-syntax-error.ts";
export { float, int, type JsonNumber, type JsonObject, type JsonValue, type NumberText } from "./json-value.ts";
export type { MetadataInput } from "./metadata.ts";
export type { Metadata, MetadataValue } from "./metadata-value.ts";
export {
  parseReport,
  type Report,
  type ReportEndpoint,
  type ReportInput,
  type SafeReport,
  safeParseReport,
} from "./report.ts";
export { hasJsonBody, parseReportBody } from "./report-body.ts";
export {
  parseReportCheckRequest,
  parseReportObservationRequest,
  parseReportRequest,
  type ReportQuery,
  type ReportUrl,
  type SafeResult,
  safeParseReportCheckRequest,
  safeParseReportObservationRequest,
  safeParseReportRequest,
} from "./report-request.ts";
export { ReportRequestError, type ReportRequestErrorCode } from "./report-request-error.ts";
export { parseTime } from "./time.ts";
export { formatEvent, parseEvent } from "./wire.ts";
