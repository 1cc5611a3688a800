import type { Answer, Delivery } from "../../../core/destinations/delivery.ts";
import type { SendingState } from "../../../core/destinations/next-attempt.ts";

/** A pending delivery of an event, for tests. */
export function deliveryOf(id: number, fields: Partial<Delivery> = {}): Delivery {
  return {
    id,
    destination: "hook",
    messageId: `m${id}`,
    type: "asset.materialized",
    subject: `s${id}`,
    eventId: id,
    alertChangeId: null,
    content: null,
    status: "pending",
    attempts: 0,
    nextAt: 0,
    createdAt: 0,
    endedAt: null,
    answer: null,
    ...fields,
  };
}

export function answered(status: number, retryAfter: number | null = null, text = ""): Answer {
  return { type: "answered", status, retryAfter, text };
}

export const active: SendingState = { status: "active", reason: null, failures: 0, retryAt: null };
