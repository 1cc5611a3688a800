import type { AppendedEvent, EventLog, NewEvent } from "./event-log.ts";
import { EventLogError } from "./event-log-error.ts";

/** Appends one event, with what a unit can come to as errors: EventLogError `conflict` or `rejected`. */
export async function appendEvent(log: Pick<EventLog, "append">, event: NewEvent): Promise<AppendedEvent> {
  const [result] = await log.append([[event]]);
  const appended = result?.status === "recorded" ? result.events[0] : undefined;
  if (appended !== undefined) return appended;
  if (result?.status === "conflict") {
    throw new EventLogError("conflict", conflictSentence(event.idempotencyKey, result.id));
  }
  const why = result?.status === "failed" ? result.message : "the event log gave no result";
  throw new EventLogError("rejected", `The event can't be stored: ${why}`);
}

/** Why an idempotency key is refused. `earlier` is the event that it stands for, null for one of the same call. */
export function conflictSentence(key: string | undefined, earlier: number | null): string {
  const where = earlier === null ? "earlier in the same call" : `before, recorded as event ${earlier}`;
  return `The idempotency key ${JSON.stringify(key)} was sent ${where}, with other content. Send a new key for a new event.`;
}
