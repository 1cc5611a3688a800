/** @jsxImportSource hono/jsx */
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import type { PageRequest } from "../../../storage/index.ts";
import { exactTime } from "../browser/ago.js";
import { type Page, type PageContext, streamPath } from "../page/page.tsx";
import { Field, InvalidFilters, KindChoice, Pager } from "../parts/controls.tsx";
import { givenValue } from "../parts/page-query.ts";
import { EventTable } from "./event-table.tsx";
import { type EventsView, type FoundEvents, readEventsView } from "./events-view.ts";

/** All events, newest first, page by page. New events appear on the first page while it is open. */
export async function eventsPage(context: PageContext): Promise<Page> {
  const view = await readEventsView(context);
  const streamed = Object.fromEntries([...view.valid].filter(([name]) => streamParameters.includes(name)));
  return {
    title: "Events",
    section: "events",
    body: <EventsBody view={view} url={context.url} now={context.now} />,
    status: view.wrong.size > 0 ? 400 : 200,
    files: ["filters.js", "search-on.js"],
    ...(view.isLive ? { stream: streamPath(context, streamed) } : {}),
  };
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

interface EventsBodyProps {
  readonly view: EventsView;
  /** The address as it was given. */
  readonly url: string;
  readonly now: number;
}

function EventsBody({ view, url, now }: EventsBodyProps) {
  const { found, valid, wrong, order } = view;
  return (
    <>
      <Filters view={view} url={url} />
      <InvalidFilters wrong={wrong} />
      <div id="list" data-swap>
        {found.events.length === 0 ? (
          <p class="none">
            {found.hasMore ? <SearchedTo last={found.last} order={order} /> : "No event matches."}
            {valid.size > 0 && (
              <>
                {" "}
                <a href="/events">Show all events</a>
              </>
            )}
          </p>
        ) : (
          <EventTable events={found.events} now={now} />
        )}
        <Pager
          url={view.url}
          page={found}
          cursor={view.cursor}
          next={nextText(found, order)}
          isSearching={found.events.length === 0}
        />
      </div>
    </>
  );
}

const timeHint = "A time as 2026-11-23T00:00Z, a day (2026-11-29, today, yesterday), or how long ago (24h, 90d)";

const otherKinds = [
  ["ASSET_WIPED", "Wiped"],
  ["FRESHNESS_STATE_CHANGE", "Freshness"],
] as const;

function Filters({ view: { filter, valid, wrong, isLive }, url }: Omit<EventsBodyProps, "now">) {
  const exported = new URLSearchParams([...valid].filter(([name]) => name !== "cursor"));
  const text = (name: string) => ({ name, value: givenValue(url, name), isWrong: wrong.has(name) });
  return (
    <form class="filters scroll" id="filters" action="/events">
      <h1>Events</h1>
      <KindChoice value={filter.type} others={otherKinds} />
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
  );
}

function keyText(key: AssetKey | undefined) {
  return key === undefined ? {} : { value: formatAssetKey(key) };
}

interface SearchedToProps {
  readonly last: FoundEvents["last"];
  readonly order: PageRequest["order"];
}

function SearchedTo({ last, order }: SearchedToProps) {
  if (last === undefined) return <>Searched a part of the events, nothing yet.</>;
  const event = `event ${last.id}`;
  const where = last.timestamp === undefined ? event : `${exactTime(last.timestamp)} (${event})`;
  return <>{`Searched ${order === "desc" ? "back" : "on"} to ${where}, nothing yet.`}</>;
}

function nextText({ events }: FoundEvents, order: PageRequest["order"]): string {
  if (events.length === 0) return "Search on";
  return order === "desc" ? "Older events" : "Newer events";
}
