import { reminderDue } from "../../../core/destinations/group-window.ts";
import { takesAlert } from "../../../core/destinations/takes.ts";
import { latest } from "../../../core/time.ts";
import type { Alert, Stores } from "../../../storage/index.ts";
import { messageId } from "../message-id.ts";
import type { Changes } from "./changes.ts";
import type { DestinationQueue } from "./destination-queue.ts";
import { alertDelivery, firingIds, heldUntil } from "./follow-alerts.ts";

const alertsAtOnce = 500;

/** All alerts that fire, by their ids. */
export async function firingAlerts(watching: Stores["watching"]): Promise<ReadonlyMap<number, Alert>> {
  const found = new Map<number, Alert>();
  for (let cursor: string | undefined; ; ) {
    const page = await watching.alerts({ status: "firing" }, { limit: alertsAtOnce, cursor });
    for (const alert of page.alerts) found.set(alert.id, alert);
    if (!page.hasMore || page.cursor === null) return found;
    cursor = page.cursor;
  }
}

type Firing = ReadonlyMap<number, Alert>;

/** Sends what was held back, once nobody mutes it any more. Nobody is told of what is over by then. */
export function releaseHeld(queue: DestinationQueue, firing: Firing, changes: Changes, now: number): void {
  for (const delivery of queue.held) {
    const alert = firing.get(queue.alertOf(delivery) ?? -1);
    const { id, attempts, answer } = delivery;
    if (alert === undefined) {
      changes.change(queue, { id, status: "superseded", attempts, nextAt: now, endedAt: now, answer });
      continue;
    }
    if (heldUntil(alert, now) !== undefined || queue.room - changes.countOf(queue) <= 0) continue;
    changes.change(queue, { id, status: "pending", attempts, nextAt: now, endedAt: null, answer });
  }
}

/** Queues reminders of alerts that still fire, to a destination that was told of them. */
export async function remind(
  queue: DestinationQueue,
  firing: Firing,
  { sending }: Pick<Stores, "sending">,
  changes: Changes,
  now: number,
): Promise<void> {
  const { destination } = queue;
  for (const alert of firing.values()) {
    if (destination.repeat === null || queue.room - changes.countOf(queue) <= 0) return;
    const isAsked = takesAlert(destination, alert, "firing") && heldUntil(alert, now) === undefined;
    if (!isAsked || now - alert.since < destination.repeat) continue;
    const told = await sending.deliveriesOf(firingIds(destination.name, alert.id));
    const arrivals = told.flatMap(({ status, endedAt }) => (status === "delivered" && endedAt !== null ? endedAt : []));
    const toldAt = latest(arrivals);
    const due = toldAt === null ? null : reminderDue(toldAt, destination.repeat, now);
    if (due === null) continue;
    const id = messageId(destination.name, { alertId: alert.id, transition: "reminder", due });
    const rest = { alert, alertChangeId: null, content: alertContent(alert) };
    changes.queue({
      delivery: alertDelivery(queue, { ...rest, messageId: id, type: "alert.reminder" }, now),
      alertId: alert.id,
    });
  }
}

/** Says that alerts fire which do so already, as an operator asks. Returns false while there is no room for all of them. */
export function replayFiring(
  queue: DestinationQueue,
  firing: Firing,
  changes: Changes,
  { now, replay }: { readonly now: number; readonly replay: string | undefined },
): boolean {
  const { destination } = queue;
  const asked = [...firing.values()].filter((alert) => takesAlert(destination, alert, "firing"));
  const told = asked.filter((alert) => heldUntil(alert, now) === undefined);
  if (told.length > 0 && queue.room - changes.countOf(queue) <= 0) return false;
  for (const alert of told.toSorted((a, b) => a.id - b.id)) {
    const origin = { alertId: alert.id, transition: "firing", severity: alert.severity } as const;
    const id = messageId(destination.name, origin, replay);
    const rest = { alert, alertChangeId: null, content: alertContent(alert) };
    const delivery = alertDelivery(queue, { ...rest, messageId: id, type: "alert.firing" }, now);
    changes.queue({ delivery, alertId: alert.id, isResent: true });
  }
  return true;
}

/** Of a message that is about no change of an alert, but about the alert as it is. */
function alertContent({ id }: Alert): string {
  return JSON.stringify({ alert_id: id });
}
