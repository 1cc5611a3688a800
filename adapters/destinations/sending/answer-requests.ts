import { redeliver } from "../../../core/destinations/next-attempt.ts";
import type { SendRequest, Stores } from "../../../storage/index.ts";
import { messageId } from "../message-id.ts";
import type { Changes } from "./changes.ts";
import type { DestinationQueue } from "./destination-queue.ts";
import { firingAlerts, replayFiring } from "./firing-alerts.ts";
import { alertIdOf } from "./load-queues.ts";

export interface Answering extends Pick<Stores, "sending" | "watching"> {
  readonly changes: Changes;
  readonly now: number;
}

/** Does what operators asked for. What can't be done yet is left for the next time. */
export async function answerRequests(
  requests: readonly SendRequest[],
  queues: ReadonlyMap<string, DestinationQueue>,
  answering: Answering,
): Promise<void> {
  const { answered } = answering.changes;
  for (const request of requests) {
    if (answered.includes(request.id)) continue; // the commit is yet to be written
    const queue = queues.get(request.destination);
    // Of a destination that is not in the file nothing can be asked, and nobody waits for an answer.
    const isDone = queue === undefined || (await answer(request, queue, answering));
    if (isDone) answering.changes.answered.push(request.id);
  }
}

async function answer(request: SendRequest, queue: DestinationQueue, answering: Answering): Promise<boolean> {
  const { changes, now } = answering;
  switch (request.action) {
    case "pause":
      changes.put(queue, { status: "paused", reason: "it was paused", changedAt: now });
      return true;
    case "resume":
      // Whoever resumes has mended something: what waits after failures of its own is tried now too.
      for (const { id, status, attempts, endedAt, answer, nextAt } of queue.waiting) {
        if (nextAt > now) changes.change(queue, { id, status, attempts, endedAt, answer, nextAt: now });
      }
      changes.put(queue, { status: "active", reason: null, failures: 0, retryAt: null, changedAt: now });
      return true;
    case "test":
      changes.queue(testOf(request, queue, now));
      return true;
    case "redeliver":
    case "drop":
      return changeDelivery(request, queue, answering);
    case "replay":
      return replay(request, queue, answering);
  }
}

function testOf({ id }: SendRequest, { destination: { name } }: DestinationQueue, now: number) {
  return {
    delivery: {
      ...{ destination: name, messageId: messageId(name, { name: `test:${id}` }), type: "destination.test" as const },
      ...{ subject: `test:${id}`, eventId: null, alertChangeId: null, content: null, status: "pending" as const },
      ...{ attempts: 0, nextAt: now, createdAt: now, endedAt: null, answer: null },
    },
    alertId: undefined,
  };
}

async function changeDelivery(
  { action, argument }: SendRequest,
  queue: DestinationQueue,
  { sending, changes, now }: Answering,
): Promise<boolean> {
  const found = await sending.delivery(argument ?? 0);
  if (found === undefined || found.destination !== queue.destination.name) return true;
  if (queue.inFlight.has(found.id)) return false;
  const delivery = changes.current(found);
  if (action === "drop") {
    if (delivery.endedAt !== null) return true;
    const { id, attempts } = delivery;
    changes.change(queue, {
      id,
      attempts,
      status: "dead",
      nextAt: now,
      endedAt: now,
      answer: "dropped by an operator",
    });
    return true;
  }
  if (delivery.status !== "pending" && queue.room - changes.countOf(queue) <= 0) return false;
  const again = redeliver(delivery, now);
  queue.add({ ...delivery, ...again }, await alertIdOf(delivery, sending));
  changes.change(queue, again);
  return true;
}

async function replay({ id, argument, option }: SendRequest, queue: DestinationQueue, answering: Answering) {
  const { watching, changes, now } = answering;
  const [what, rest] = (option ?? "events").split(":");
  const hasNewIds = rest === "new-ids";
  if (what === "firing") {
    const name = hasNewIds ? String(id) : undefined;
    return replayFiring(queue, await firingAlerts(watching), changes, { now, replay: name });
  }
  if (queue.replay !== undefined) return false; // this one, or one before it
  const until = queue.row.eventCursor;
  if (argument === null || argument >= until) return true;
  queue.replay = { request: id, at: argument, until, hasNewIds };
  return false;
}
