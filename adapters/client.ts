export * from "../core/index.ts";
export type * from "./api/runless-api.ts";
export { type EventFailure, RunlessClientError, type RunlessClientErrorCode } from "./client/client-error.ts";
export { EventBatcher, type EventBatcherOptions } from "./client/event-batcher.ts";
export { RunlessClient, type RunlessClientOptions } from "./client/runless-client.ts";
