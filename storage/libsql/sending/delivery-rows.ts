import type { Row } from "@libsql/client";
import type { Delivery, DeliveryStatus, MessageType } from "../../../core/destinations/delivery.ts";
import type { DeliveryChange, DestinationRow } from "../../sending/send-store.ts";
import { numberOf } from "../watching/watched-rows.ts";
import { decodeNullable, decodeText, encodeNullable, encodeText } from "../write/sortable-text.ts";

// Rows of destinations and deliveries, both ways. Every text is encoded: an answer may have any character.

/** In the order of `putDestinations`. */
export function encodeDestination(row: DestinationRow) {
  return [
    ...[encodeText(row.name), encodeText(row.type), row.eventCursor, row.alertCursor, row.status],
    ...[encodeNullable(row.reason), row.failures, row.retryAt, row.groupAt, row.groupedAt],
    ...[row.pruned, row.leftAt, row.changedAt],
  ];
}

export function destinationOf(row: Row): DestinationRow {
  return {
    name: decodeText(String(row.name)),
    type: decodeText(String(row.type)),
    eventCursor: Number(row.event_cursor),
    alertCursor: Number(row.alert_cursor),
    status: row.status as DestinationRow["status"], // only encodeDestination writes it
    reason: decodeNullable(row.reason),
    failures: Number(row.failures),
    retryAt: numberOf(row.retry_at),
    groupAt: numberOf(row.group_at),
    groupedAt: numberOf(row.grouped_at),
    pruned: Number(row.pruned),
    leftAt: numberOf(row.left_at),
    changedAt: Number(row.changed_at),
  };
}

/** In the order of `queueDeliveries`, the message id first. */
export function encodeDelivery(delivery: Omit<Delivery, "id">) {
  return [
    ...[encodeText(delivery.messageId), encodeText(delivery.destination), delivery.type, encodeText(delivery.subject)],
    ...[delivery.eventId, delivery.alertChangeId, encodeNullable(delivery.content), delivery.status],
    ...[delivery.attempts, delivery.nextAt, delivery.createdAt, delivery.endedAt, encodeNullable(delivery.answer)],
  ];
}

/** In the order of `changeDeliveries`. */
export function encodeDeliveryChange({ id, status, attempts, nextAt, endedAt, answer }: DeliveryChange) {
  return [id, status, attempts, nextAt, endedAt, encodeNullable(answer)];
}

/** The columns of a delivery, as `deliveryOf` reads them. */
export const deliveryColumns = `
  delivery.id, delivery.destination, delivery.message_id, delivery.type, delivery.subject, delivery.event_id,
  delivery.alert_change_id, delivery.content, delivery.status, delivery.attempts, delivery.next_at,
  delivery.created_at, delivery.ended_at, delivery.answer`;

export function deliveryOf(row: Row): Delivery {
  return {
    id: Number(row.id),
    destination: decodeText(String(row.destination)),
    messageId: decodeText(String(row.message_id)),
    type: row.type as MessageType, // encodeDelivery wrote it, as well as the status
    subject: decodeText(String(row.subject)),
    eventId: numberOf(row.event_id),
    alertChangeId: numberOf(row.alert_change_id),
    content: decodeNullable(row.content),
    status: row.status as DeliveryStatus,
    attempts: Number(row.attempts),
    nextAt: Number(row.next_at),
    createdAt: Number(row.created_at),
    endedAt: numberOf(row.ended_at),
    answer: decodeNullable(row.answer),
  };
}
