export { appendEvent } from "./append-event.ts";
export { formatCursor, parseCursor } from "./cursor.ts";
export { DefaultOverview, overviewOf } from "./default-overview.ts";
export * from "./event-log.ts";
export { EventLogError, type EventLogErrorCode, QueueFullError } from "./event-log-error.ts";
export { createFingerprint, fingerprint } from "./fingerprint.ts";
export { type Committed, GroupCommit, type GroupCommitOptions, type Load } from "./group-commit/group-commit.ts";
export type {
  AppendEncoded,
  DatabaseAddress,
  FileTrouble,
  LibsqlEventLog,
  LibsqlOptions,
} from "./libsql/libsql-options.ts";
export { openLibsqlEventLog } from "./libsql/libsql-stores.ts";
export { eachEncoded } from "./libsql/write/encode-units.ts";
export type { EncodedUnits } from "./libsql/write/group.ts";
export { formatListCursor, type ListPosition, parseListCursor } from "./list-cursor.ts";
export type * from "./maintenance.ts";
export { listAssets } from "./memory/asset-list.ts";
export { listPage } from "./memory/list-page.ts";
export { isTarget, matchesFilter, traceOf } from "./memory/matches.ts";
export { createMemoryEventLog } from "./memory/memory-event-log.ts";
export { assetsOf, checksOf, partitionsOf } from "./memory/summaries.ts";
export { createMemoryTokenStore } from "./memory/token-store.ts";
export { createWatchers } from "./memory/watchers.ts";
export { openEventLog, openStores } from "./open-stores.ts";
export type * from "./overview.ts";
export { defaultTimestamp, receiptTime } from "./receipt-time.ts";
export type { Stores } from "./stores.ts";
export type * from "./token-store.ts";
export { wellFormedEvent } from "./well-formed-event.ts";
