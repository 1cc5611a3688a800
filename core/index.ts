export { type AssetKey, compareAssetKeys, formatAssetKey, hasPrefix, parseAssetKey } from "./asset-key.ts";
export {
  type AssetCheckOptions,
  type AssetCheckSeverity,
  assetKeyOf,
  dataVersionOf,
  type EventOptions,
  type Tags,
} from "./events/event-fields.ts";
export type { EventReport } from "./events/event-input.ts";
export {
  type AssetCheckEvaluation,
  type AssetMaterialization,
  type AssetObservation,
  type AssetWiped,
  assetWiped,
  checkEvaluation,
  checkEvent,
  type FreshnessStateChange,
  freshnessStateChange,
  materialization,
  observation,
  type RecordedEvent,
  type RecordedEventType,
  type RunlessEvent,
  type RunlessEventType,
  type WipeScope,
} from "./events/events.ts";
export type { FreshnessChange, FreshnessReason, FreshnessState } from "./events/freshness-change.ts";
export { InvalidEventError } from "./events/invalid-event-error.ts";
export type { MetadataInput } from "./events/metadata.ts";
export type { Metadata, MetadataValue } from "./events/metadata-value.ts";
export { formatEvent, parseEvent } from "./events/wire.ts";
export { maxJsonDepth, parseJson, stringifyJson } from "./json/json.ts";
export { JsonSyntaxError } from "./json/json-syntax-error.ts";
export { float, int, type JsonNumber, type JsonObject, type JsonValue, type NumberText } from "./json/json-value.ts";
export {
  parseReport,
  type Report,
  type ReportEndpoint,
  type ReportInput,
  type SafeReport,
  safeParseReport,
} from "./reports/report.ts";
export { assertJsonBody as hasJsonBody, parseReportBody } from "./reports/report-body.ts";
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
} from "./reports/report-request.ts";
export { ReportRequestError, type ReportRequestErrorCode } from "./reports/report-request-error.ts";
export { parseTime } from "./time.ts";
