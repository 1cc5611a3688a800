import type { AppendedEvent, AppendOptions, EventLog, NewEvent, Unit, UnitResult } from "./event-log.ts";
import { EventLogError } from "./event-log-error.ts";

/** The outcome of an append of one unit. `reason` is a sentence for the caller. */
type UnitOutcome =
  | { readonly status: "recorded"; readonly events: readonly AppendedEvent[] }
  /** The event at `index` repeats an idempotency key with other content. */
  | { readonly status: "conflict"; readonly index: number; readonly reason: string }
  | { readonly status: "rejected"; readonly reason: string };

/** The outcome of a unit, from the result that the log gave for it. */
export function unitOutcome(unit: Unit, result: UnitResult | undefined): UnitOutcome {
  if (result?.status === "recorded") return result;
  if (result?.status === "failed") return { status: "rejected", reason: result.message };
  if (result === undefined) return { status: "rejected", reason: "the event log gave no result" };
  const { index, id } = result;
  const key = JSON.stringify(unit[index]?.idempotencyKey);
  const earlier = id === null ? "earlier in the same call" : `before, recorded as event ${id}`;
  const reason = `The idempotency key ${key} was sent ${earlier}, with other content. Send a new key for a new event.`;
  return { status: "conflict", index, reason };
}

/** Appends one unit. Rejects only if the log does. */
export async function appendUnit(log: Pick<EventLog, "append">, unit: Unit): Promise<UnitOutcome> {
  if (unit.length === 0) return { status: "recorded", events: [] };
  const [result] = await log.append([unit]);
  return unitOutcome(unit, result);
}

/**
 * Appends one event. Rejects with EventLogError `conflict` or `rejected` if it is not recorded.
 *
 * @example
 * const { id, duplicate } = await appendEvent(log, { event: materialization("warehouse/orders"), idempotencyKey: "nightly" });
 * console.log(id, duplicate); // 1 false
 */
export async function appendEvent(
  log: Pick<EventLog, "append">,
  event: NewEvent,
  options?: AppendOptions,
): Promise<AppendedEvent> {
  const unit = [event];
  const [result] = await log.append([unit], options); // not by appendUnit, to save a promise: most reports come through here
  const outcome = unitOutcome(unit, result);
  const appended = outcome.status === "recorded" ? outcome.events[0] : undefined;
  if (appended !== undefined) return appended;
  if (outcome.status === "conflict") throw new EventLogError("conflict", outcome.reason);
  const reason = outcome.status === "rejected" ? outcome.reason : "the event log gave no result";
  throw new EventLogError("rejected", `The event can't be stored: ${reason}`);
}
