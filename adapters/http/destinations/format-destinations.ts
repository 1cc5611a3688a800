import type { Delivery } from "../../../core/destinations/delivery.ts";
import type { DeliveryCount, DestinationRow } from "../../../storage/index.ts";

/** A destination as JSON of the API. Addresses and secrets are in the operator's file alone. */
export function formatDestination(row: DestinationRow, counts: readonly DeliveryCount[]): string {
  const of = (status: DeliveryCount["status"]) =>
    counts.find((one) => one.destination === row.name && one.status === status);
  return JSON.stringify({
    name: row.name,
    type: row.type,
    status: row.leftAt === null ? row.status : "left",
    reason: row.reason,
    failures: row.failures,
    retry_at: timeOf(row.retryAt),
    event_cursor: row.eventCursor,
    pending: of("pending")?.count ?? 0,
    oldest_at: timeOf(of("pending")?.oldestAt ?? null),
    held: of("held")?.count ?? 0,
    dead: of("dead")?.count ?? 0,
    parked: of("parked")?.count ?? 0,
    pruned_events: row.pruned,
    left_at: timeOf(row.leftAt),
  });
}

/** A delivery as JSON of the API. */
export function formatDelivery(delivery: Delivery): string {
  return JSON.stringify({
    id: delivery.id,
    destination: delivery.destination,
    message_id: delivery.messageId,
    type: delivery.type,
    event_id: delivery.eventId,
    status: delivery.status,
    attempts: delivery.attempts,
    created_at: timeOf(delivery.createdAt),
    next_at: delivery.status === "pending" || delivery.status === "held" ? timeOf(delivery.nextAt) : null,
    ended_at: timeOf(delivery.endedAt),
    answer: delivery.answer,
  });
}

function timeOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
