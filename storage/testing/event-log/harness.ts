import { formatEvent, type RecordedEvent, type RunlessEvent } from "../../../core/index.ts";
import { overviewOf } from "../../default-overview.ts";
import type { EventFilter, EventLog, LoggedPage, NewEvent, UnitResult } from "../../event-log.ts";
import type { EventLogErrorCode } from "../../event-log-error.ts";
import type { Overview } from "../../overview.ts";
import { declareTestOn } from "../declare-test.ts";
import { expect } from "../expect.ts";
import type { TestRunner } from "../test-runner.ts";
import { walkPages } from "./walk-pages.ts";

/** Opens a new, empty log. */
export type OpenEventLog<Log extends EventLog = EventLog> = (options: { readonly now: () => number }) => Promise<Log>;

interface Subject<Log extends EventLog = EventLog> {
  readonly log: Log;
  /** The log's own overview, or the default one. */
  readonly overview: Overview;
  /** The time that the log reads. */
  readonly clock: { now: number };
}

/** Declares a test on a log of its own. */
export type DeclareTest<Log extends EventLog = EventLog> = (
  sentence: string,
  body: (subject: Subject<Log>) => Promise<void>,
) => void;

/** In milliseconds: a store may be slow. */
export const longestTest = 30_000;

export function createDeclareTest<Log extends EventLog>(runner: TestRunner, open: OpenEventLog<Log>): DeclareTest<Log> {
  return declareTestOn(runner, {
    open,
    logOf: (log) => log,
    subjectOf: (log, clock) => ({ log, overview: overviewOf(log), clock }),
    longest: longestTest,
  });
}

export function keyed(event: RunlessEvent, idempotencyKey = "k"): NewEvent {
  return { event, idempotencyKey };
}

/** Appends one unit. */
export async function appendUnit(log: EventLog, ...unit: readonly NewEvent[]): Promise<UnitResult> {
  const [result] = await log.append([unit]);
  if (result === undefined) throw new Error("append answered nothing for a unit");
  return result;
}

/** Appends each event as a unit of its own, in one call, and returns their ids. */
export async function record(log: EventLog, ...events: readonly RunlessEvent[]): Promise<readonly number[]> {
  return (await log.append(events.map((event) => [{ event }]))).flatMap(idsOf);
}

export function recorded(...ids: readonly number[]): UnitResult {
  return { status: "recorded", events: ids.map((id) => ({ id, duplicate: false })) };
}

export function duplicate(...ids: readonly number[]): UnitResult {
  return { status: "recorded", events: ids.map((id) => ({ id, duplicate: true })) };
}

/** The ids that a unit was given. */
export function idsOf(result: UnitResult): readonly number[] {
  if (result.status !== "recorded") throw new Error(`expected a recorded unit, got ${JSON.stringify(result)}`);
  return result.events.map(({ id }) => id);
}

export interface Walk {
  readonly order?: "asc" | "desc";
  /** The limits of the pages, in turn. */
  readonly limits?: readonly number[];
}

/** Reads all pages of a filter, and checks that each is as the interface says. */
export async function readPages(log: EventLog, filter: EventFilter = {}, walk: Walk = {}): Promise<LoggedPage[]> {
  const { order = "asc", limits = [100] } = walk;
  return walkPages(
    (page) => log.query(filter, { order, ...page }),
    ({ events }) => events,
    limits,
  );
}

/** All events that match, read page by page. */
export async function readAll(log: EventLog, filter: EventFilter = {}, walk: Walk = {}): Promise<RecordedEvent[]> {
  return (await readPages(log, filter, walk)).flatMap(({ events }) => events);
}

export async function readIds(log: EventLog, filter: EventFilter = {}, walk: Walk = {}): Promise<readonly number[]> {
  return (await readAll(log, filter, walk)).map(({ id }) => id);
}

/** The JSON of an event, by which events are compared: a store keeps the digits of a number, not its JavaScript type. */
export function textOf(event: RecordedEvent | null | undefined): string | null | undefined {
  return event && formatEvent(event);
}

export async function expectError(code: EventLogErrorCode, answer: Promise<unknown>): Promise<void> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: "EventLogError", code });
}
