export { appendEvent } from "./append-event.ts";
export { formatCursor, parseCursor } from "./cursors/cursor.ts";
export { formatListCursor, type ListPosition, parseListCursor } from "./cursors/list-cursor.ts";
export { DefaultOverview, overviewOf } from "./default-overview.ts";
export type * from "./definitions/definition-store.ts";
export * from "./event-log.ts";
export { EventLogError, type EventLogErrorCode, QueueFullError } from "./event-log-error.ts";
export { type Committed, GroupCommit, type GroupCommitOptions, type Load } from "./group-commit/group-commit.ts";
export type {
  AppendEncoded,
  DatabaseAddress,
  FileTrouble,
  LibsqlDefinitionStore,
  LibsqlEventLog,
  LibsqlOptions,
  ReplaceEncoded,
} from "./libsql/libsql-options.ts";
export { openLibsqlEventLog } from "./libsql/libsql-stores.ts";
export { eachEncoded } from "./libsql/write/encode-units.ts";
export { type EncodedUnits, type GroupResult, unitResults } from "./libsql/write/group.ts";
export type * from "./maintenance.ts";
export { createMemoryDefinitionStore } from "./memory/definition-store.ts";
export { createMemoryEventLog, type MemoryLog } from "./memory/memory-event-log.ts";
export { createMemoryTokenStore } from "./memory/token-store.ts";
export { createMemoryWatchReads, type MemoryWatchSource, type WatcherRecord } from "./memory/watch-reads.ts";
export { createMemoryWatchStore, type MemoryWatchOptions } from "./memory/watch-store.ts";
export { openEventLog, openStores } from "./open-stores.ts";
export type * from "./overview.ts";
export { createFingerprint, fingerprint } from "./recording/fingerprint.ts";
export { defaultTimestamp, receiptTime } from "./recording/receipt-time.ts";
export { wellFormedEvent } from "./recording/well-formed-event.ts";
export { listAssets } from "./scan/asset-list.ts";
export { listPage } from "./scan/list-page.ts";
export { isTarget, matchesFilter, traceOf } from "./scan/matches.ts";
export { assetsOf, checksOf, partitionsOf } from "./scan/summaries.ts";
export { createWatchers } from "./scan/watchers.ts";
export type * from "./sending/send-store.ts";
export type { Stores } from "./stores.ts";
export type * from "./token-store.ts";
export {
  type AssetFacts,
  type LogChanges,
  mostWaitChecks,
  type WaitAsk,
  type WaitReads,
  waitReadsOf,
} from "./wait-reads.ts";
export { assetFreshness, type SubjectGroup, subjectsIn } from "./watching/asset-freshness.ts";
export { planStep } from "./watching/plan-step.ts";
export {
  type AlertChange,
  type AlertLabels,
  alertsKeptFor,
  type CheckDecision,
  type CheckSubject,
  type KeyPage,
  type LogSlice,
  type SubjectDecision,
  type SubjectName,
  type Sweep,
  type WatchedRow,
  type WatchHead,
  type WatchPlan,
  type WatchProgress,
  type WatchReads,
} from "./watching/watch-plan.ts";
export * from "./watching/watch-store.ts";
