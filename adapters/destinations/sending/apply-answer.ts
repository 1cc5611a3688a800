import { afterReport } from "../../../core/destinations/dagster/after-report.ts";
import type { Answer, Delivery } from "../../../core/destinations/delivery.ts";
import {
  type Attempt,
  type AttemptOutcome,
  afterAnswer,
  expireDeliveries,
} from "../../../core/destinations/next-attempt.ts";
import type { DestinationRow } from "../../../storage/index.ts";
import { logger } from "../../config/logger.ts";
import type { Changes } from "./changes.ts";
import type { Delivered } from "./deliver.ts";
import type { DestinationQueue } from "./destination-queue.ts";
import { prunedMessage } from "./follow-events.ts";

export interface Finished extends Delivered {
  readonly queue: DestinationQueue;
  readonly deliveries: readonly Delivery[];
  readonly isGroup: boolean;
  readonly startedAt: number;
}

/** `skipped`: Dagster has no way in for it. */
export type Outcome = "delivered" | "failed" | "dead" | "superseded" | "parked" | "skipped";

export interface Applying {
  readonly changes: Changes;
  readonly now: number;
  readonly random: () => number;
  readonly count: (destination: string, outcome: Outcome, count: number) => void;
}

/** Notes what became of a message: of its deliveries, and of the destination. */
export function applyAnswer(finished: Finished, applying: Applying): void {
  const { queue, deliveries, answer, gone, muted = [] } = finished;
  for (const { id } of deliveries) queue.inFlight.delete(id);
  if (gone.length > 0) endGone(finished, applying);
  for (const { delivery, until } of muted) {
    const { id, attempts, answer } = delivery;
    applying.changes.change(queue, { id, attempts, answer, status: "held", nextAt: until, endedAt: null });
  }
  if (answer === undefined) return;
  const unsent = new Set([...gone, ...muted.map(({ delivery }) => delivery)]);
  const sent = deliveries.filter((delivery) => !unsent.has(delivery));
  applyTo(queue, sent, answer, finished, applying);
}

function applyTo(
  queue: DestinationQueue,
  sent: readonly Delivery[],
  answer: Answer,
  { startedAt, isGroup, isOfPartition = false }: Pick<Finished, "startedAt" | "isGroup" | "isOfPartition">,
  { changes, now, random, count }: Applying,
): void {
  const before = queue.row;
  const { name } = queue.destination;
  const attempt = { deliveries: sent, destination: before, answer, startedAt, now, random: random() };
  const isForwarded = queue.destination.target.type === "dagster";
  const { destination, changed } = isForwarded ? afterForward(queue, attempt, isOfPartition) : afterAnswer(attempt);
  const isDelivered = changed.some(({ status }) => status === "delivered");
  const row = isGroup && isDelivered ? { ...destination, groupedAt: now } : destination;
  changes.put(queue, row);
  const expired = row.failures > before.failures && !isForwarded ? expireDeliveries(queue.waiting, row, now) : [];
  const known = new Set(changed.map(({ id }) => id));
  for (const outcome of [...changed, ...expired.filter(({ id }) => !known.has(id))]) {
    changes.change(queue, outcome);
    const { status } = outcome;
    count(name, status === "delivered" || status === "dead" || status === "parked" ? status : "failed", 1);
  }
  tell(name, before, row);
}

function afterForward(
  { forwarding }: DestinationQueue,
  { deliveries, answer, now, ...rest }: Attempt<DestinationRow>,
  isOfPartition: boolean,
): AttemptOutcome<DestinationRow> {
  const [delivery] = deliveries; // one each
  if (delivery === undefined) return { destination: rest.destination, changed: [] };
  const { id } = delivery;
  forwarding.noteAnswer(id, answer, now);
  const isOfCheckedPartition = isOfPartition && delivery.type === "asset.check_evaluated";
  const othersArrived = forwarding.othersArrived(id);
  return afterReport({ ...rest, delivery, answer, now, isOfCheckedPartition, othersArrived });
}

/** An event that retention took while it waited is told as those are that were taken before they were looked at. */
function endGone({ queue, gone, prunedTo }: Finished, { changes, now, count }: Applying): void {
  const pruned: number[] = [];
  for (const { id, attempts, eventId } of gone) {
    const isPruned = eventId !== null && eventId <= prunedTo;
    if (isPruned) pruned.push(eventId);
    const answer = isPruned
      ? "not sent: retention deleted its event before"
      : "not sent: what it is about was deleted before";
    const status = isPruned ? "dead" : "superseded";
    changes.change(queue, { id, status, attempts, nextAt: now, endedAt: now, answer });
    count(queue.destination.name, status, 1);
  }
  if (pruned.length === 0) return;
  const after = pruned.reduce((least, id) => Math.min(least, id)) - 1;
  const until = pruned.reduce((most, id) => Math.max(most, id));
  changes.put(queue, { pruned: queue.row.pruned + pruned.length });
  changes.queue(prunedMessage(queue, { count: pruned.length, after, until }, now));
}

/** What changes for a destination is logged once, not with every attempt. */
function tell(destination: string, before: DestinationRow, { status, failures, reason }: DestinationRow): void {
  const isFailing = failures > 0 || status === "blocked" || status === "disabled";
  const wasFailing = before.failures > 0 || before.status === "blocked" || before.status === "disabled";
  if (isFailing && (!wasFailing || status !== before.status)) {
    logger.warn("a destination can't be told", { destination, status, reason });
  }
  if (wasFailing && !isFailing && status === "active") logger.info("a destination is told again", { destination });
}
