import { redeliver } from "../../../core/destinations/next-attempt.ts";
import type { SendStore } from "../../../storage/index.ts";
import type { Changes, Queued } from "./changes.ts";
import type { DestinationQueue } from "./destination-queue.ts";

const idsAtOnce = 1000;

/** Reads what was queued, with the ids that it got. What was there already stays as it is, unless it is sent once more. */
export async function takeQueued(
  queued: readonly Queued[],
  queues: ReadonlyMap<string, DestinationQueue>,
  sending: SendStore,
  changes: Changes,
  now: number,
): Promise<void> {
  const known = new Map(queued.map((one) => [one.delivery.messageId, one]));
  const ids = [...known.keys()];
  for (let i = 0; i < ids.length; i += idsAtOnce) {
    for (const delivery of await sending.deliveriesOf(ids.slice(i, i + idsAtOnce))) {
      const queue = queues.get(delivery.destination);
      const { alertId, isResent = false } = known.get(delivery.messageId) ?? {};
      if (queue === undefined) continue;
      if (delivery.status === "pending" || delivery.status === "held") {
        // One of a replay may have been pending before.
        if (!isResent && !queue.has(delivery.id)) queue.forwarding.noteQueued(delivery.id);
        queue.add(delivery, alertId);
      } else if (isResent) {
        const again = redeliver(delivery, now);
        queue.add({ ...delivery, ...again }, alertId);
        changes.change(queue, again);
      }
    }
  }
}
