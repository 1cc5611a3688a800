import type { Delivery } from "../../../core/destinations/delivery.ts";
import type { Destination } from "../../../core/destinations/destination.ts";
import type { DestinationRow, Stores } from "../../../storage/index.ts";
import type { Changes } from "./changes.ts";
import { DestinationQueue } from "./destination-queue.ts";
import { firingIds, toldBy } from "./follow-alerts.ts";
import { newestEvent } from "./follow-events.ts";

/** What is pending of a destination that left the file is kept for so long, unsent. */
const keptAfterLeaving = 7 * 24 * 3_600_000;

/** What the operator's file says, and the newest event when it was read. */
export interface LoadedFile {
  readonly destinations: readonly Destination[];
  readonly newest: number | undefined;
}

type Sources = Pick<Stores, "log" | "sending" | "watching">;

/**
 * What is stored of the destinations of the file, for the server that begins to send. Those that are new begin where the
 * file says; those that left it are noted, and forgotten after seven days.
 */
export async function loadQueues(
  { destinations, newest }: LoadedFile,
  stores: Sources,
  changes: Changes,
  now: number,
): Promise<readonly DestinationQueue[]> {
  const rows = new Map((await stores.sending.destinations()).map((row) => [row.name, row]));
  const queues: DestinationQueue[] = [];
  for (const destination of destinations) {
    const row = rows.get(destination.name);
    const queue = new DestinationQueue(destination, row ?? (await newRow(destination, stores, now, newest)));
    if (row === undefined) changes.put(queue, {});
    else await loadDeliveries(queue, stores);
    const { type } = destination.target;
    if (queue.row.leftAt !== null || queue.row.type !== type)
      changes.put(queue, { leftAt: null, type, changedAt: now });
    queues.push(queue);
  }
  forgetOthers(rows, destinations, changes, now);
  return queues;
}

/** Forgets destinations that left the file seven days ago. */
export function forgetOthers(
  rows: ReadonlyMap<string, DestinationRow>,
  destinations: readonly Destination[],
  changes: Changes,
  now: number,
): void {
  const names = new Set(destinations.map(({ name }) => name));
  for (const row of rows.values()) {
    if (names.has(row.name)) continue;
    if (row.leftAt === null) changes.others.push({ ...row, leftAt: now, changedAt: now });
    else if (now - row.leftAt >= keptAfterLeaving) changes.forgotten.push(row.name);
  }
}

async function newRow(
  { name, target, from }: Destination,
  stores: Sources,
  now: number,
  newest: number | undefined,
): Promise<DestinationRow> {
  const eventCursor = from === "now" ? (newest ?? (await newestEvent(stores.log))) : from === "start" ? 0 : from;
  const alertCursor = await stores.sending.newestAlertChange();
  return {
    ...{ name, type: target.type, eventCursor, alertCursor, status: "active", reason: null, failures: 0 },
    ...{ retryAt: null, groupAt: null, groupedAt: null, pruned: 0, leftAt: null, changedAt: now },
  };
}

const readAtOnce = 500;

async function loadDeliveries(queue: DestinationQueue, { sending }: Sources): Promise<void> {
  const destination = queue.destination.name;
  const held = await readAll(sending, destination, "held");
  for (const { id } of await readAll(sending, destination, "parked")) queue.parked.add(id);
  const deliveries = [...(await sending.pending(destination)), ...held];
  for (const delivery of deliveries) {
    const alertId = await alertIdOf(delivery, sending);
    queue.add(delivery, alertId);
    if (alertId === undefined || delivery.type !== "alert.resolved") continue;
    const told = await sending.deliveriesOf(firingIds(destination, alertId));
    queue.noteTold(alertId, told.length === 0 ? "delivered" : toldBy(told));
  }
}

async function readAll(
  sending: Sources["sending"],
  destination: string,
  status: Delivery["status"],
): Promise<readonly Delivery[]> {
  let deliveries: readonly Delivery[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await sending.deliveries({ destination, status }, { limit: readAtOnce, cursor });
    deliveries = [...deliveries, ...page.deliveries];
    if (!page.hasMore || page.cursor === null) return deliveries;
    cursor = page.cursor;
  }
}

/** The alert that a delivery is about; undefined of others, and of changes that are forgotten. */
export async function alertIdOf(
  { alertChangeId, content }: Pick<Delivery, "alertChangeId" | "content">,
  sending: Sources["sending"],
): Promise<number | undefined> {
  if (alertChangeId !== null) return (await sending.alertChange(alertChangeId))?.alert.id;
  const { alert_id: id } = content === null ? {} : (JSON.parse(content) as { alert_id?: unknown }); // an object of ours
  return typeof id === "number" ? id : undefined;
}
