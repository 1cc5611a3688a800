/** @jsxImportSource hono/jsx */
import { formatAssetKey } from "../../core/index.ts";
import { readEventsQuery } from "../http/events-query.ts";
import { Choice, Field, Pager } from "./controls.tsx";
import { EventTable } from "./event-table.tsx";
import type { Page } from "./page.tsx";
import { saidIn } from "./page-query.ts";
import { streamPath, type Visit } from "./visit.ts";

const mostEvents = 100;

/** All events, newest first, page by page; the first page goes on while it is open. */
export async function eventsPage(visit: Visit): Promise<Page> {
  const { url, log, limits, now } = visit;
  const said = saidIn(url);
  const { filter, page } = readEventsQuery(`/?${said}`, limits);
  const found = await log.query(filter, { ...page, limit: Math.min(page.limit, mostEvents) });
  const isLive = page.cursor === undefined && page.order === "desc";
  const exported = new URLSearchParams([...said].filter(([name]) => name !== "cursor"));
  const streamed = Object.fromEntries([...said].filter(([name]) => streamParameters.includes(name)));
  const body = (
    <>
      <form class="filters scroll" id="filters" action="/events">
        <h1>Events</h1>
        <Choice
          name="type"
          label="Kind"
          value={filter.type}
          any="Any kind"
          options={[
            ["ASSET_MATERIALIZATION", "Materialized"],
            ["ASSET_OBSERVATION", "Observed"],
            ["ASSET_CHECK_EVALUATION", "Checked"],
            ["ASSET_WIPED", "Wiped"],
          ]}
        />
        <Field name="asset_key" label="Asset key" value={filter.assetKey ? formatAssetKey(filter.assetKey) : null} />
        <Field name="prefix" label="Key prefix" value={filter.prefix ? formatAssetKey(filter.prefix) : null} />
        <Field name="partition" label="Partition" value={filter.partition ?? null} />
        <Field name="check_name" label="Check" value={filter.checkName ?? null} />
        <Field name="since" label="Since" hint="A time as 2026-11-23T00:00Z" value={said.get("since")} />
        <Field name="until" label="Until" hint="A time as 2026-11-23T00:00Z" value={said.get("until")} />
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
      <div id="list" data-swap>
        {found.events.length === 0 ? (
          <p class="none">
            {found.hasMore ? "None among those looked at so far." : "No event matches."}
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
        <Pager url={url} page={found} cursor={page.cursor} next="Older events" />
      </div>
    </>
  );
  const rest = isLive ? { stream: streamPath(visit, streamed) } : {};
  return { title: "Events", place: "events", body, ...rest };
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
