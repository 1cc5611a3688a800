/** @jsxImportSource hono/jsx */
import { changeSentence } from "../../../core/events/freshness-change.ts";
import type { RecordedEvent, RecordedEventType } from "../../../core/index.ts";
import { Ago } from "../parts/ago.tsx";
import { AssetLink } from "../parts/asset-link.tsx";
import { StateBadge, stateOf } from "../parts/state.tsx";
import { LinesText, NameText } from "../parts/user-text.tsx";
import { detailsOf } from "../values/event-details.ts";
import { linesOf, textOf } from "../values/json-part.ts";
import { FoldedMetadata } from "../values/metadata-list.tsx";

interface EventTableProps {
  readonly events: readonly RecordedEvent[];
  readonly now: number;
  /** False if all events are of one asset. */
  readonly withAsset?: boolean;
  /** The start of a description that the page shows already, and that events do not repeat. */
  readonly known?: string | null;
}

/** How much of a description a table shows, in characters. */
export const mostDescribed = 300;

/** A table of events with their details. */
export function EventTable({ events, now, withAsset = true, known = null }: EventTableProps) {
  return (
    <table class="events">
      {isOutOfOrder(events) && <caption class="soft">In the order of receipt: some happened earlier.</caption>}
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          {withAsset && <th scope="col">Asset</th>}
          <th scope="col">Partition</th>
          <th scope="col">Details</th>
          <th scope="col" class="number">
            Event
          </th>
        </tr>
      </thead>
      <tbody id="events" data-rows>
        {events.map((event) => (
          <tr id={`e${event.id}`}>
            <td class="when">
              <Ago time={event.timestamp} now={now} />
            </td>
            <td class="kind">
              <EventKind event={event} />
            </td>
            {withAsset && (
              <th scope="row">
                <AssetLink assetKey={event.assetKey} eventId={event.id} />
              </th>
            )}
            <td class="partition">{event.partition !== null && <NameText text={event.partition} most={60} />}</td>
            <td class="said">
              <Change event={event} />
              <Description event={event} known={known} />
              <div class="line">
                <DataVersion event={event} />
                <FoldedMetadata event={event} now={now} />
              </div>
            </td>
            <td class="number">
              <a href={`/events/${event.id}`} title="This event by itself, and as JSON">
                {event.id}
              </a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A difference that relative times do not show, in milliseconds. */
const mostApart = 60_000;

/** Whether the timestamps of events contradict the order of their ids. */
function isOutOfOrder(events: readonly RecordedEvent[]): boolean {
  return events.some((event, i) => {
    const next = events[i + 1];
    if (next === undefined) return false;
    const [older, newer] = event.id < next.id ? [event, next] : [next, event];
    return older.timestamp - newer.timestamp >= mostApart;
  });
}

/** What a change of freshness says, in one line; nothing for other events. */
export function Change({ event }: { readonly event: RecordedEvent }) {
  return event.type === "FRESHNESS_STATE_CHANGE" ? <p>{changeSentence(event.freshness)}</p> : null;
}

interface DescriptionProps {
  readonly event: RecordedEvent;
  readonly known?: string | null;
}

/** The start of the description of an event. */
export function Description({ event, known = null }: DescriptionProps) {
  const { description } = detailsOf(event);
  if (description === null || textOf(description, mostDescribed) === known) return null;
  return (
    <p>
      <LinesText text={linesOf(description, mostDescribed)} most={mostDescribed} />
    </p>
  );
}

function DataVersion({ event }: { readonly event: RecordedEvent }) {
  const version = detailsOf(event).dataVersion;
  if (version === null) return null;
  return (
    <span class="version">
      <span class="soft">version</span> <NameText text={version} most={60} />
    </span>
  );
}

export const kindWords: Readonly<Record<RecordedEventType, string>> = {
  ASSET_MATERIALIZATION: "materialized",
  ASSET_OBSERVATION: "observed",
  ASSET_CHECK_EVALUATION: "checked",
  ASSET_WIPED: "wiped",
  FRESHNESS_STATE_CHANGE: "freshness",
};

const kindPaths: Readonly<Record<Exclude<RecordedEventType, "ASSET_CHECK_EVALUATION">, string>> = {
  ASSET_MATERIALIZATION: "M8 2v12",
  ASSET_OBSERVATION: "M8 8v6",
  ASSET_WIPED: "M3 8h10",
  FRESHNESS_STATE_CHANGE: "M8 8V4M8 8l3 2",
};

export function EventKind({ event }: { readonly event: RecordedEvent }) {
  if (event.type === "ASSET_CHECK_EVALUATION") {
    return (
      <>
        <StateBadge state={stateOf(event)} /> <NameText text={event.checkName} most={60} />
      </>
    );
  }
  return (
    <span class="kind-word">
      <svg class="icon thick" viewBox="0 0 16 16" aria-hidden="true">
        <path d={kindPaths[event.type]} />
      </svg>
      {kindWords[event.type]}
    </span>
  );
}
