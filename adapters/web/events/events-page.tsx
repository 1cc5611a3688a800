/** @jsxImportSource hono/jsx */
import { detailsLength } from "../../../core/events/details-start.ts";
import { type AssetKey, formatAssetKey, type RecordedEvent } from "../../../core/index.ts";
import type { EventFilter, EventPage, PageRequest } from "../../../storage/index.ts";
import { readRelativeTime } from "../../config/relative-time.ts";
import type { ScopedEventLog } from "../../http/access/scoped-event-log.ts";
import { readEventsQuery } from "../../http/events/events-query.ts";
import { exactTime } from "../browser/ago.js";
import { type Page, type PageContext, streamPath } from "../page.tsx";
import { rawOf, readFromCursor, readValid, saidIn, withQuery } from "../page-query.ts";
import { Field, InvalidFilters, KindChoice, Pager } from "../parts/controls.tsx";
import { EventTable } from "./event-table.tsx";

const mostEvents = 100;

/** All events, newest first, page by page; the first page goes on while it is open. */
export async function eventsPage(visit: PageContext): Promise<Page> {
  const { url, log, limits, now } = visit;
  const dated = withTimes(url, now);
  const asked = readValid(dated, (valid) => readEventsQuery(valid, limits));
  const { query, said } = asked;
  const { filter } = query;
  const { found, cursor, wrong } = await readFromCursor(
    { wrong: withForms(asked.wrong) },
    query.page.cursor,
    (cursor) => findEvents(log, filter, { ...query.page, cursor, limit: Math.min(query.page.limit, mostEvents) }),
  );
  const page = { ...query.page, cursor };
  const text = (name: string) => ({ name, value: rawOf(url, name), isWrong: wrong.has(name) });
  const isLive = page.cursor === undefined && page.order === "desc";
  const exported = new URLSearchParams([...said].filter(([name]) => name !== "cursor"));
  const streamed = Object.fromEntries([...said].filter(([name]) => streamParameters.includes(name)));
  const body = (
    <>
      <form class="filters scroll" id="filters" action="/events">
        <h1>Events</h1>
        <KindChoice value={filter.type} others={[["ASSET_WIPED", "Wiped"]]} />
        <Field label="Asset key" {...text("asset_key")} {...keyText(filter.assetKey)} />
        <Field label="Key prefix" {...text("prefix")} {...keyText(filter.prefix)} />
        <Field label="Partition" {...text("partition")} />
        <Field label="Check" {...text("check_name")} />
        <Field label="Since" hint={timeHint} {...text("since")} />
        <Field label="Until" hint={timeHint} {...text("until")} />
        <button type="submit" class="plain">
          Apply
        </button>
        <span class="actions">
          {isLive && (
            <button type="button" class="scripted" id="pause" aria-pressed="false">
              Pause
            </button>
          )}
          <a class="button" id="export" data-swap href={`/events/export?${exported}`} download="events.ndjson">
            Export
          </a>
        </span>
      </form>
      <InvalidFilters wrong={wrong} />
      <div id="list" data-swap>
        {found.events.length === 0 ? (
          <p class="none">
            {found.hasMore ? <SearchedTo place={found.last} order={page.order} /> : "No event matches."}
            {said.size > 0 && (
              <>
                {" "}
                <a href="/events">Show all events</a>
              </>
            )}
          </p>
        ) : (
          <EventTable events={found.events} now={now} />
        )}
        <Pager url={dated} page={found} cursor={page.cursor} next={nextOf(found, page.order)} />
      </div>
    </>
  );
  const rest = isLive ? { stream: streamPath(visit, streamed) } : {};
  const status = wrong.size > 0 ? 400 : 200;
  return { title: "Events", place: "events", body, status, files: ["filters.js"], ...rest };
}

const timeHint = "A time as 2026-11-23T00:00Z, a day (2026-11-29, today, yesterday), or how long ago (24h, 90d)";
const timeParameters = ["since", "until"];

/** The address with its times in the form of the API: what is so long ago must not move from page to page. */
function withTimes(url: string, now: number): string {
  const times = timeParameters.flatMap((name) => {
    const [text = "", ...others] = saidIn(url).getAll(name);
    const time = readRelativeTime(text, now);
    return time === undefined || others.length > 0 ? [] : [[name, time] as const];
  });
  return withQuery(url, Object.fromEntries(times));
}

/** What is wrong with a time, and what else would do here. */
function withForms(wrong: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const forms = " A day (2026-11-29, today, yesterday) or how long ago (24h, 90d) will do.";
  return new Map(
    Array.from(wrong, ([name, message]) => [name, timeParameters.includes(name) ? message + forms : message]),
  );
}

function keyText(key: AssetKey | undefined) {
  return key === undefined ? {} : { value: formatAssetKey(key) };
}

interface FoundEvents extends EventPage {
  /** The last event that was looked at, where none matched. Its time is unknown where the caller may not see it. */
  readonly last: { readonly id: number; readonly timestamp: number | undefined } | undefined;
}

/** How often a page asks for more, where few of the events that the log looks at match. */
const mostLooks = 10;
const mostCharacters = 2_000_000;

/** A page that goes on by itself: the log examines some thousands of events at a time. */
async function findEvents(log: ScopedEventLog, filter: EventFilter, page: PageRequest): Promise<FoundEvents> {
  const events: RecordedEvent[] = [];
  let { cursor } = page;
  let hasMore = true;
  let characters = 0;
  for (let looks = 0; looks < mostLooks && hasMore && events.length < page.limit; looks++) {
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

/** The id that a cursor of our stores begins with; one of another store may say nothing. */
function examinedId(cursor: string | undefined): number | undefined {
  const [, id] = /^(\d{1,15})-/.exec(cursor ?? "") ?? [];
  return id === undefined ? undefined : Number(id);
}

interface SearchedToProps {
  readonly place: FoundEvents["last"];
  readonly order: PageRequest["order"];
}

function SearchedTo({ place, order }: SearchedToProps) {
  if (place === undefined) return <>Searched a part of the events, nothing yet.</>;
  const event = `event ${place.id.toLocaleString("en")}`;
  const where = place.timestamp === undefined ? event : `${exactTime(place.timestamp)} (${event})`;
  return <>{`Searched ${order === "desc" ? "back" : "on"} to ${where}, nothing yet.`}</>;
}

function nextOf({ events }: FoundEvents, order: PageRequest["order"]): string {
  if (events.length === 0) return "Search on";
  return order === "desc" ? "Older events" : "Newer events";
}

const streamParameters: readonly string[] = [
  "asset_key",
  "prefix",
  "type",
  "partition",
  "check_name",
  "since",
  "until",
];
