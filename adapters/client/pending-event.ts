import { formatNewEvent } from "../../core/events/wire.ts";
import type { RunlessEvent } from "../../core/index.ts";
import { randomKey } from "./retry.ts";

/** An event that waits for its answer. */
export interface PendingEvent {
  readonly event: RunlessEvent;
  readonly idempotencyKey: string;
  /** The size of its JSON in UTF-8, with a comma. */
  readonly bytes: number;
  /** The promise that the caller awaits. */
  readonly recorded: Promise<number>;
  /** Resolves after success or failure. Not derived from `recorded`, whose rejection only the caller may handle. */
  readonly settled: Promise<void>;
  resolve(id: number): void;
  reject(error: unknown): void;
}

const encoder = new TextEncoder();

export function pendingEvent(event: RunlessEvent, idempotencyKey: string = randomKey()): PendingEvent {
  const bytes = encoder.encode(formatNewEvent(event, idempotencyKey)).byteLength + 1;
  const { promise: recorded, resolve: record, reject: refuse } = deferred<number>();
  const { promise: settled, resolve: settle } = deferred<void>();
  return {
    event,
    idempotencyKey,
    bytes,
    recorded,
    settled,
    resolve: (id) => {
      record(id);
      settle();
    },
    reject: (error) => {
      refuse(error);
      settle();
    },
  };
}

// Node 20 has no Promise.withResolvers.
function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
