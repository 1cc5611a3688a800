/**
 * `pending`: it is to be sent, or sent again. `delivered`, `superseded` (the alert ended before anybody was told) and `dead`
 * (given up, kept for 30 days) are ends. `parked`: what was sent is refused for what it is, and an operator decides.
 * `held`: it is about an alert that is muted, or that opened silently, and becomes pending when that is over.
 */
export const deliveryStatuses = ["pending", "delivered", "superseded", "dead", "parked", "held"] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** What a delivery is about, by the name that a webhook's envelope has. */
export const messageTypes = [
  "asset.materialized",
  "asset.observed",
  "asset.check_evaluated",
  "asset.failed",
  "asset.wiped",
  "asset.freshness_changed",
  "alert.firing",
  "alert.resolved",
  "alert.reminder",
  "events.pruned",
  "destination.test",
] as const;
export type MessageType = (typeof messageTypes)[number];

/** One message to one destination, and what became of it. Times are milliseconds since 1970 UTC. */
export interface Delivery {
  /** In the order in which deliveries were queued. */
  readonly id: number;
  readonly destination: string;
  /** The same at every attempt and in every replay; unique in a database. */
  readonly messageId: string;
  readonly type: MessageType;
  /** Deliveries with the same subject are sent one after the other, in the order of their ids. */
  readonly subject: string;
  /** The event, of messages about one. */
  readonly eventId: number | null;
  /** The change of an alert, of messages about one. */
  readonly alertChangeId: number | null;
  /** What a message says that is about neither: a JSON object. */
  readonly content: string | null;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** When it is sent next at the earliest, while it is pending. */
  readonly nextAt: number;
  readonly createdAt: number;
  readonly endedAt: number | null;
  /** The last answer, or why there was none: at most 1 KiB, and no part of a URL or secret. */
  readonly answer: string | null;
}

/** What came of one attempt to send. */
export type Answer =
  | {
      readonly type: "answered";
      readonly status: number;
      /** In milliseconds; null without that header. */
      readonly retryAfter: number | null;
      readonly text: string;
    }
  /** Nothing was sent: no address, refused, TLS. */
  | { readonly type: "unreachable"; readonly reason: string }
  /** It may have arrived: reset, time-out. */
  | { readonly type: "lost"; readonly reason: string }
  /** It may not be sent there, whatever is tried: a forbidden address, a destination of this server itself. */
  | { readonly type: "forbidden"; readonly reason: string };
