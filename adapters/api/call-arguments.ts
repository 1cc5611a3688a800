import { assetKeyOf } from "../../core/events/event-fields.ts";
import { checkEvent, type ReportableEvent, type RunlessEvent } from "../../core/events/events.ts";
import type { EventFilter, NewEvent } from "../../storage/event-log.ts";
import type { AssetCheckRecordsFilter, FetchOptions, ReportOptions } from "./runless-api.ts";

// Reads the arguments of calls, so that RunlessInstance and RunlessClient treat them alike. Null counts as left out, except
// where it could mean more than that.

type Loose<Options> = { readonly [Name in keyof Options]: Options[Name] | null };

/** Reads a filter. Throws TypeError or RangeError that names the wrong member. */
export function readFilter(filter: Loose<AssetCheckRecordsFilter>): EventFilter {
  const { assetKey, partition, checkName, since, until, after, before } = filter;
  return {
    assetKey: assetKeyOf(assetKey ?? ""),
    partition: text("partition", partition),
    checkName: text("checkName", checkName),
    since: time("since", since),
    until: time("until", until),
    ...readIds({ after, before }),
  };
}

/** Reads the ids between which events are asked for. Throws RangeError. */
export function readIds({ after, before }: Loose<Pick<EventFilter, "after" | "before">>) {
  return { after: id("after", after), before: id("before", before) };
}

export function readReportOptions(options: Loose<ReportOptions> | null | undefined): ReportOptions {
  const { idempotencyKey, signal } = options ?? {};
  return { idempotencyKey: idempotencyKey ?? undefined, signal: signal ?? undefined };
}

/** Reads events, with or without keys. Throws InvalidEventError, as their constructors do. */
export function readNewEvents(given: readonly (RunlessEvent | NewEvent)[]): readonly ReportableNewEvent[] {
  return given.map((one) => {
    const { event, idempotencyKey } = "event" in one ? one : { event: one };
    return { event: readReportable(event), idempotencyKey: idempotencyKey ?? undefined };
  });
}

interface ReportableNewEvent extends NewEvent {
  readonly event: ReportableEvent;
}

/** Reads an event, with its id and time of receipt if it comes from another log. Throws InvalidEventError. */
export function readReportable(given: ReportableEvent): ReportableEvent {
  const event = checkEvent(given);
  const { id, receivedAt } = given;
  return id === undefined || receivedAt === undefined ? event : { ...event, id, receivedAt };
}

export function readFetchOptions(options: Loose<FetchOptions> | null | undefined): FetchOptions {
  const { limit, cursor, ascending, signal } = options ?? {};
  return {
    limit: limit ?? undefined,
    cursor: cursor ?? undefined,
    ascending: ascending ?? undefined,
    signal: signal ?? undefined,
  };
}

/**
 * Reads the partition of a wipe. Null means the events without a partition. Throws TypeError for undefined, which must not
 * mean the whole asset.
 */
export function readPartition(partition: unknown): string | null {
  if (partition === null) return null;
  if (typeof partition === "string") return partition.toWellFormed();
  throw new TypeError(`A partition is a string, or null for the events without one. Got ${partition}.`);
}

/** Throws TypeError for null: it could mean all events, or those without a partition. */
function text(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string") return value.toWellFormed();
  throw new TypeError(`The option ${name} must be a string, or left out. Got ${value}.`);
}

function time(name: string, value: number | null | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isSafeInteger(value) && Math.abs(value) <= 8.64e15) return value;
  throw new RangeError(`The option ${name} must be whole milliseconds since 1970, or left out. Got ${value}.`);
}

/** The API accepts ids of 15 digits. No log has greater ones. */
const greatestId = 999_999_999_999_999;

function id(name: string, value: number | null | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isSafeInteger(value) && value >= 0) return Math.min(value, greatestId);
  throw new RangeError(`The option ${name} must be an event's id: a whole number, or left out. Got ${value}.`);
}
