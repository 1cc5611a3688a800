export { appendEvent } from "./append-event.ts";
export { DefaultOverview, overviewOf } from "./default-overview.ts";
export * from "./event-log.ts";
export { EventLogError, type EventLogErrorCode } from "./event-log-error.ts";
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
export type * from "./maintenance.ts";
export { createMemoryEventLog } from "./memory/memory-event-log.ts";
export { createMemoryTokenStore } from "./memory/token-store.ts";
export { openEventLog } from "./open-event-log.ts";
export { openStores } from "./open-stores.ts";
export type * from "./overview.ts";
export { QueueFullError } from "./queue-full-error.ts";
export type { Stores } from "./stores.ts";
export type * from "./token-store.ts";
