export { appendEvent } from "./append-event.ts";
export * from "./event-log.ts";
export { EventLogError, type EventLogErrorCode } from "./event-log-error.ts";
export { type LibsqlOptions, openLibsqlEventLog } from "./libsql/libsql-stores.ts";
export { createMemoryTokenStore } from "./memory/token-store.ts";
export { createMemoryEventLog } from "./memory.ts";
export { openEventLog } from "./open-event-log.ts";
export { openStores, type Stores } from "./open-stores.ts";
export type * from "./token-store.ts";
