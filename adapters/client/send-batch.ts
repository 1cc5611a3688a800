import type { RunlessApi } from "../api/runless-api.ts";
import { RunlessClientError } from "./client-error.ts";
import type { PendingEvent } from "./pending-event.ts";

export type Reporter = Pick<RunlessApi, "reportRunlessAssetEvents">;

/** Sends events as one array and settles each. The server refuses an array as a whole, so the valid events are sent again. */
export async function sendBatch(reporter: Reporter, batch: readonly PendingEvent[]): Promise<void> {
  if (batch.length === 0) return;
  try {
    const { ids } = await reporter.reportRunlessAssetEvents(batch);
    for (const [i, pending] of batch.entries()) {
      const id = ids[i];
      if (id === undefined) pending.reject(new RunlessClientError("bad_answer", "The server gave this event no id."));
      else pending.resolve(id);
    }
  } catch (error) {
    for (const rest of settleRefused(batch, error)) await sendBatch(reporter, rest);
  }
}

/** Rejects the events that the error names, and returns the batches that are left to send. */
function settleRefused(batch: readonly PendingEvent[], error: unknown): readonly (readonly PendingEvent[])[] {
  if (error instanceof RunlessClientError) {
    const { code, status, retryAfter } = error;
    const failed = new Map(error.failures.map(({ index, message }) => [index, message]));
    const valid = batch.filter((pending, i) => {
      const message = failed.get(i);
      if (message !== undefined)
        pending.reject(new RunlessClientError(code, message, { status, retryAfter, cause: error }));
      return message === undefined;
    });
    if (valid.length < batch.length) return [valid];
    const isForItsContent = code === "bad_request" || code === "conflict" || code === "too_large";
    if (isForItsContent && batch.length > 1) {
      const middle = batch.length >> 1;
      return [batch.slice(0, middle), batch.slice(middle)];
    }
  }
  for (const pending of batch) pending.reject(error);
  return [];
}
