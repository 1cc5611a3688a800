export { appendEvent } from "./append-event.ts";
export * from "./event-log.ts";
export { EventLogError, type EventLogErrorCode } from "./event-log-error.ts";
export { type LibsqlOptions, openLibsqlEventLog } from "./libsql/libsql-event-log.ts";
export { createMemoryEventLog } from "./memory.ts";
export { openEventLog } from "./open-event-log.ts";
