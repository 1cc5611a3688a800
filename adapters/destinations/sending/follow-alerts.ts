import type { Delivery } from "../../../core/destinations/delivery.ts";
import { subjectOf } from "../../../core/destinations/message-id.ts";
import type { ToldAlert } from "../../../core/destinations/superseded.ts";
import { takesAlert } from "../../../core/destinations/takes.ts";
import type { Alert, AlertTransition, SendStore } from "../../../storage/index.ts";
import { messageId } from "../message-id.ts";
import { type Changes, mostQueued } from "./changes.ts";
import { type DestinationQueue, groupQueues } from "./destination-queue.ts";

export interface FollowingAlerts {
  readonly sending: SendStore;
  readonly changes: Changes;
  readonly now: number;
}

/** How many changes are looked at together at least. */
const fewestChanges = 10;

/** Deliveries are forgotten by then: nobody knows whether a destination was told that an older alert fires. */
export const keptFor = 30 * 24 * 3_600_000;

/** Queues what destinations are told of alerts, from their cursors on. Returns whether there is more. */
export async function followAlerts(queues: readonly DestinationQueue[], following: FollowingAlerts): Promise<boolean> {
  let hasMore = false;
  for (const [cursor, group] of groupQueues(queues, ({ row }) => row.alertCursor)) {
    if (following.changes.isFull) return true;
    const limit = Math.max(fewestChanges, Math.floor(mostQueued / group.length));
    const found = await following.sending.alertChanges(cursor, limit);
    for (const queue of group) {
      for (const transition of found) {
        if (queue.room - following.changes.countOf(queue) <= 0) break;
        await follow(queue, transition, following);
        queue.row = { ...queue.row, alertCursor: transition.id };
        queue.isMoved = true;
      }
    }
    hasMore ||= found.length === limit && group.some(({ room }) => room > 0);
  }
  return hasMore;
}

/** Until when an alert is told to nobody; undefined: it is told now. */
export function heldUntil({ mutedUntil, tellAt }: Alert, now: number): number | undefined {
  const until = Math.max(mutedUntil ?? 0, tellAt ?? 0);
  return until > now ? until : undefined;
}

/** The ids under which a destination is told that an alert fires. */
export function firingIds(destination: string, alertId: number): readonly string[] {
  const severities = ["WARN", "ERROR"] as const;
  return severities.map((severity) => messageId(destination, { alertId, transition: "firing", severity }));
}

export function alertDelivery(
  queue: DestinationQueue,
  { alert, ...rest }: { readonly alert: Alert } & Pick<Delivery, "messageId" | "type" | "alertChangeId" | "content">,
  now: number,
): Omit<Delivery, "id"> {
  return {
    ...{ ...rest, destination: queue.destination.name, subject: subjectOf(alert.assetKey, alert.partition) },
    ...{ eventId: null, status: "pending", attempts: 0, nextAt: now, createdAt: now, endedAt: null, answer: null },
  };
}

async function follow(queue: DestinationQueue, transition: AlertTransition, following: FollowingAlerts): Promise<void> {
  const { alert, to, id } = transition;
  const { destination } = queue;
  if (!takesAlert(destination, alert, to)) return;
  const { changes, now } = following;
  const rest = { alert, alertChangeId: id, content: null };
  if (to === "resolved") {
    if (!(await isTold(queue, transition, following))) return;
    const resolvedId = messageId(destination.name, { alertId: alert.id, transition: "resolved" });
    const delivery = alertDelivery(queue, { ...rest, messageId: resolvedId, type: "alert.resolved" }, now);
    return changes.queue({ delivery, alertId: alert.id });
  }
  const { severity } = alert;
  const firingId = messageId(destination.name, { alertId: alert.id, transition: "firing", severity });
  const delivery = alertDelivery(queue, { ...rest, messageId: firingId, type: "alert.firing" }, now);
  const until = heldUntil(alert, now);
  const held = until === undefined ? {} : { status: "held" as const, nextAt: until };
  changes.queue({ delivery: { ...delivery, ...held }, alertId: alert.id });
}

/** Whether a destination gets the end of an alert: it was told, or will be, that it fires. What is held is not told. */
async function isTold(
  queue: DestinationQueue,
  { alert }: AlertTransition,
  { sending, changes, now }: FollowingAlerts,
): Promise<boolean> {
  const ids = firingIds(queue.destination.name, alert.id);
  const found = (await sending.deliveriesOf(ids)).map((one) => changes.current(one));
  const over = { status: "superseded", nextAt: now, endedAt: now } as const;
  for (const { id, status, attempts, answer } of found) {
    if (status === "held") changes.change(queue, { id, attempts, answer, ...over });
  }
  const queued = ids.flatMap((id) => changes.queuedAs(id) ?? []);
  for (const one of queued) {
    if (one.delivery.status === "held") changes.replace({ ...one, delivery: { ...one.delivery, ...over } });
  }
  const isOld = now - alert.since >= keptFor;
  queue.noteTold(alert.id, isOld ? "delivered" : toldBy(found));
  return (
    isOld ||
    found.some(({ status }) => status !== "held" && status !== "superseded") ||
    queued.some(({ delivery }) => delivery.status === "pending")
  );
}

/** What deliveries that are not pending any more tell of an alert. */
export function toldBy(deliveries: readonly Delivery[]): ToldAlert["told"] {
  const has = (status: Delivery["status"]) => deliveries.some((one) => one.status === status);
  return has("delivered") ? "delivered" : has("dead") ? "dead" : "nothing";
}
