import { isForwarded } from "../../../core/destinations/dagster/dagster-report.ts";
import { messageTypeOf, subjectOf } from "../../../core/destinations/message-id.ts";
import { type Labels, noLabels, takesEvent } from "../../../core/destinations/takes.ts";
import { formatAssetKey, type RecordedEvent } from "../../../core/index.ts";
import type { DefinitionStore, EventPage, Stores } from "../../../storage/index.ts";
import { messageId } from "../message-id.ts";
import { type Changes, mostQueued, type Queued } from "./changes.ts";
import { type DestinationQueue, groupQueues } from "./destination-queue.ts";

export interface Following extends Pick<Stores, "log" | "definitions"> {
  readonly logId: string;
  readonly onRead: (events: readonly RecordedEvent[]) => void;
  readonly count: (destination: string, outcome: "skipped", count: number) => void;
  readonly changes: Changes;
  readonly now: number;
}

/** How many events are looked at together at least, however many destinations may take each of them. */
const fewestEvents = 10;

/**
 * Queues what destinations are told of the log from their cursors on: a bounded piece. Returns whether there is more. A
 * destination without room stays where it is.
 */
export async function followEvents(queues: readonly DestinationQueue[], following: Following): Promise<boolean> {
  let hasMore = false;
  for (const [cursor, all] of groupQueues(queues, ({ eventCursor }) => eventCursor)) {
    if (following.changes.isFull) return true;
    const group = all.filter((queue) => queue.destination.events.length > 0);
    const others = all.filter((queue) => queue.destination.events.length === 0);
    if (others.length > 0) await moveToEnd(others, following);
    if (!group.some(({ room }) => room > 0)) continue;
    const page = await readPage(cursor, Math.max(fewestEvents, Math.floor(mostQueued / group.length)), following);
    if (page.events.length === 0) continue;
    following.onRead(page.events);
    const labels = await labelsOf(page.events, group, following.definitions);
    for (const queue of group) {
      const isReplay = queue.replay !== undefined;
      const isWhole = follow(queue, page.events, labels, following);
      if (!isReplay) await notePruned(queue, cursor, page, following);
      queue.isBehind = !isWhole || page.hasMore;
      hasMore ||= isWhole && page.hasMore;
    }
  }
  return hasMore;
}

/** The id of the newest event; 0 in an empty log. */
export async function newestEvent(log: Stores["log"]): Promise<number> {
  const { events } = await log.query({}, { limit: 1, order: "desc" });
  return events[0]?.id ?? 0;
}

/** Whoever is told of no event does not read the log. A filter that is changed later counts from here on. */
async function moveToEnd(queues: readonly DestinationQueue[], following: Following): Promise<void> {
  const newest = await newestEvent(following.log);
  for (const queue of queues) move(queue, Math.max(newest, queue.eventCursor), following.changes);
}

async function readPage(after: number, limit: number, { log }: Following): Promise<EventPage> {
  let cursor: string | undefined;
  for (;;) {
    const page = await log.query({ after }, { limit, order: "asc", cursor });
    if (page.events.length > 0 || !page.hasMore || page.cursor === null) return page;
    cursor = page.cursor; // it examined events that are hidden
  }
}

/** Returns whether all of the page was followed. */
function follow(
  queue: DestinationQueue,
  events: readonly RecordedEvent[],
  labels: ReadonlyMap<string, Labels>,
  { changes, now, logId, count }: Following,
): boolean {
  const { destination, replay } = queue; // of the beginning: it ends with an event of it
  let room = queue.room - changes.countOf(queue);
  for (const event of events) {
    const isSkipped = destination.target.type === "dagster" && !isForwarded(event, logId);
    const { where, events: types } = destination;
    const asked = { where, events: isSkipped ? [event.type] : types };
    const isAsked = takesEvent(asked, event, labels.get(formatAssetKey(event.assetKey)) ?? noLabels);
    if (isAsked && isSkipped) count(destination.name, "skipped", 1);
    const isTaken = isAsked && !isSkipped;
    if (isTaken && room <= 0) return false;
    if (isTaken) {
      room--;
      const isOfReplay = replay?.hasNewIds === true && event.id <= replay.until;
      changes.queue({
        delivery: {
          destination: destination.name,
          messageId: messageId(destination.name, { eventId: event.id }, isOfReplay ? `${replay.request}` : undefined),
          ...{ type: messageTypeOf(event.type), subject: subjectOf(event.assetKey), eventId: event.id },
          ...{ alertChangeId: null, content: null, status: "pending", attempts: 0, nextAt: now, createdAt: now },
          ...{ endedAt: null, answer: null },
        },
        alertId: undefined,
        isResent: replay !== undefined && !replay.hasNewIds && event.id <= replay.until,
      });
    }
    move(queue, event.id, changes);
  }
  return true;
}

function move(queue: DestinationQueue, id: number, changes: Changes): void {
  const { replay, row } = queue;
  if (replay !== undefined) {
    replay.at = id;
    if (id < replay.until) return;
    changes.answered.push(replay.request);
    queue.replay = undefined;
  }
  if (id <= row.eventCursor) return;
  queue.row = { ...row, eventCursor: id };
  queue.isMoved = true;
}

/** What definitions say of the assets, where a filter asks for it. */
async function labelsOf(
  events: readonly RecordedEvent[],
  queues: readonly DestinationQueue[],
  definitions: DefinitionStore,
): Promise<ReadonlyMap<string, Labels>> {
  const isAsked = queues.some(({ destination: { where } }) => where.owners ?? where.group ?? where.tags);
  if (!isAsked) return new Map();
  const keys = [...new Map(events.map(({ assetKey }) => [formatAssetKey(assetKey), assetKey])).values()];
  const found = await definitions.definitionsFor(keys);
  return new Map(keys.map((key, i) => [formatAssetKey(key), found[i]?.definition ?? noLabels]));
}

/**
 * Tells a destination that retention deleted events before it was told of them: how many there were at most, since ids have
 * other gaps too, and filters can't be asked of what is gone.
 */
async function notePruned(
  queue: DestinationQueue,
  from: number,
  { events, hasMore }: EventPage,
  { log, changes, now }: Following,
): Promise<void> {
  const to = queue.row.eventCursor;
  const found = events.filter(({ id }) => id <= to).length;
  if (queue.pruned === undefined && to - from === found) return;
  const ids = await Promise.all(queue.destination.events.map((type) => log.prunedId(type)));
  const prunedTo = ids.reduce((most, id) => Math.max(most, id), 0);
  const end = Math.min(to, prunedTo);
  const missing = Math.max(0, end - from - events.filter(({ id }) => id <= end).length);
  const before = queue.pruned ?? { after: from, count: 0 };
  const count = before.count + missing;
  if (missing > 0) changes.put(queue, { pruned: queue.row.pruned + missing });
  if (count === 0) return;
  queue.pruned = { after: before.after, count };
  if (to < prunedTo && hasMore) return;
  queue.pruned = undefined;
  changes.queue(prunedMessage(queue, { count, after: before.after, until: end }, now));
}

/** Says that events were deleted before a destination was told of them. */
export function prunedMessage(
  { destination: { name } }: DestinationQueue,
  content: { readonly count: number; readonly after: number; readonly until: number },
  now: number,
): Queued {
  const delivery = {
    destination: name,
    messageId: messageId(name, { name: `pruned:${content.after}-${content.until}` }),
    ...{ type: "events.pruned" as const, subject: "events.pruned", eventId: null, alertChangeId: null },
    ...{ content: JSON.stringify(content), status: "pending" as const, attempts: 0, nextAt: now, createdAt: now },
    ...{ endedAt: null, answer: null },
  };
  return { delivery, alertId: undefined };
}
