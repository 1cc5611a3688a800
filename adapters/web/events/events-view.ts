import { detailsLength } from "../../../core/events/details-start.ts";
import type { RecordedEvent } from "../../../core/index.ts";
import type { EventFilter, EventPage, PageRequest } from "../../../storage/index.ts";
import { readRelativeTime } from "../../config/relative-time.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import { readEventsQuery } from "../../http/events/events-query.ts";
import type { PageContext } from "../page/page.tsx";
import { givenParameters, readFromCursor, readValid, withQuery } from "../parts/page-query.ts";

const mostEvents = 100;

/** Everything that the page of events shows. */
export interface EventsView {
  /** The address of the page, with relative times resolved. */
  readonly url: string;
  readonly filter: EventFilter;
  /** The valid parameters. */
  readonly valid: URLSearchParams;
  /** The errors of the other parameters, by name. */
  readonly wrong: ReadonlyMap<string, string>;
  readonly found: FoundEvents;
  readonly order: PageRequest["order"];
  /** The cursor of this page; undefined for the first. */
  readonly cursor: string | undefined;
  /** Whether new events appear on the page: on the first page, newest first. */
  readonly isLive: boolean;
}

export interface FoundEvents extends EventPage {
  /** The last event that was examined, if none matched. Its time is undefined if the caller may not see it. */
  readonly last: { readonly id: number; readonly timestamp: number | undefined } | undefined;
}

export async function readEventsView({ url: address, log, limits, caller, now }: PageContext): Promise<EventsView> {
  const url = withTimes(address, now);
  const asked = readValid(url, (valid) => readEventsQuery(valid, limits, caller));
  const { filter, page } = asked.query;
  const limit = Math.min(page.limit, mostEvents);
  const { found, cursor, wrong } = await readFromCursor({ wrong: withForms(asked.wrong) }, page.cursor, (from) =>
    findEvents(log, filter, { ...page, cursor: from, limit }),
  );
  const isLive = cursor === undefined && page.order === "desc";
  return { url, filter, valid: asked.valid, wrong, found, order: page.order, cursor, isLive };
}

const timeParameters = ["since", "until"];

/** The address with absolute times: a relative time must not move from page to page. */
function withTimes(url: string, now: number): string {
  const times = timeParameters.flatMap((name) => {
    const [text = "", ...others] = givenParameters(url).getAll(name);
    const time = readRelativeTime(text, now);
    return time === undefined || others.length > 0 ? [] : [[name, time] as const];
  });
  return withQuery(url, Object.fromEntries(times));
}

/** Adds the relative forms to the errors of times. */
function withForms(wrong: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const forms = " A day (2026-11-29, today, yesterday) or how long ago (24h, 90d) will do.";
  return new Map(
    Array.from(wrong, ([name, message]) => [name, timeParameters.includes(name) ? message + forms : message]),
  );
}

/** How many pages of the log a page asks for at least, if few of the examined events match. */
const fewestReads = 10;
/** How long it goes on asking, in milliseconds. */
const longestSearch = 500;
const mostCharacters = 2_000_000;

/** Finds a page of events. It reads several pages of the log, each of which examines some thousands of events. */
async function findEvents(log: ScopedEventLog, filter: EventFilter, page: PageRequest): Promise<FoundEvents> {
  const events: RecordedEvent[] = [];
  let { cursor } = page;
  let hasMore = true;
  let characters = 0;
  const end = performance.now() + longestSearch;
  const isInTime = (reads: number) => reads < fewestReads || performance.now() < end;
  for (let reads = 0; isInTime(reads) && hasMore && events.length < page.limit; reads++) {
    const found = await log.query(filter, { ...page, cursor, limit: page.limit - events.length });
    for (const event of found.events) {
      events.push(event);
      characters += detailsLength(event);
    }
    cursor = found.cursor ?? cursor;
    hasMore = found.hasMore;
    if (characters >= mostCharacters) break;
  }
  const isSparse = events.length === 0 && hasMore;
  const id = isSparse ? examinedId(cursor) : undefined;
  const last = id === undefined ? undefined : { id, timestamp: (await log.get(id))?.timestamp };
  return { events, cursor: cursor ?? null, hasMore, last };
}

/** The id at the beginning of a cursor of our stores. Other stores may have other cursors. */
function examinedId(cursor: string | undefined): number | undefined {
  const [, id] = /^(\d{1,15})-/.exec(cursor ?? "") ?? [];
  return id === undefined ? undefined : Number(id);
}
