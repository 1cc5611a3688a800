import { formatNewEvent } from "../../core/events/wire.ts";
import type { RunlessEvent } from "../../core/index.ts";
import { randomKey } from "./retry.ts";

/** An event that waits for its answer. */
export interface PendingEvent {
  readonly event: RunlessEvent;
  readonly idempotencyKey: string;
  /** Of its JSON in UTF-8, with a comma. */
  readonly bytes: number;
  /** What the reporter awaits. */
  readonly recorded: Promise<number>;
  /** Resolves with the answer, whatever it is. Not derived from `recorded`: nobody but the reporter handles that. */
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

// Promise.withResolvers came with Node 22.
function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
