import type { Delivery, DeliveryStatus } from "../../core/destinations/delivery.ts";
import type { ListRequest } from "../event-log.ts";
import type { Alert } from "../watching/watch-store.ts";

/**
 * What a server keeps to tell destinations: who sends, how far each destination is told of the log, and its deliveries. The
 * log is the outbox: a report adds nothing here. It lies beside the log, and lives as long as it.
 *
 * One server sends at a time. It decides in memory, from at most 1,000 pending deliveries a destination, and writes what it
 * decided by `commit`, all or nothing, and only while it holds the lease.
 *
 * @example
 * const { sending } = await openStores({ url: "file:runless.db" });
 * const dead = await sending.deliveries({ status: "dead" }, { limit: 100 });
 */
export interface SendStore {
  lease(): Promise<SendLease>;

  /** Takes the lease, unless it changed since it was read. Returns the new fence; undefined if it changed. */
  takeLease(holder: SendHolder, seen: SendLease): Promise<number | undefined>;

  /** Lets others take over at once. A commit renews the lease. */
  releaseLease(fence: number): Promise<void>;

  /** What is kept of each destination, ordered by name. Those that left the file are among them. */
  destinations(): Promise<readonly DestinationRow[]>;

  /** The pending deliveries of a destination, the oldest first. */
  pending(destination: string): Promise<readonly Delivery[]>;

  /** Writes all of it, or nothing and returns false if the fence is not that of the holder any more. */
  commit(fence: number, changes: SendChanges): Promise<boolean>;

  /** What alerts became after a change with this id, in order. The watcher forgets it after 40 days. */
  alertChanges(after: number, limit: number): Promise<readonly AlertTransition[]>;

  /** One of them; undefined if it is forgotten. */
  alertChange(id: number): Promise<AlertTransition | undefined>;

  /** The id of the newest change of an alert; 0 if there was none. */
  newestAlertChange(): Promise<number>;

  /** Asks the server that sends for something. Any server may be asked, so it goes through the database. */
  request(request: Omit<SendRequest, "id">): Promise<void>;

  /** What was asked for and is not done yet, in order. */
  requests(): Promise<readonly SendRequest[]>;

  /** Deliveries, newest first. */
  deliveries(filter: DeliveryFilter, page: ListRequest): Promise<DeliveryPage>;

  delivery(id: number): Promise<Delivery | undefined>;

  /** The deliveries with these message ids, ordered by id. For up to 1,000 of them; those that are not there are left out. */
  deliveriesOf(messageIds: readonly string[]): Promise<readonly Delivery[]>;

  /** How many deliveries of each destination have each status, those that are deleted by now not counted. */
  deliveryCounts(): Promise<readonly DeliveryCount[]>;
}

export interface SendHolder {
  readonly holder: string;
  /** A hash of the destinations file: two servers with different ones are told of. */
  readonly fileHash: string;
}

export interface SendLease {
  /** Null while nobody sends. */
  readonly holder: string | null;
  readonly fileHash: string | null;
  readonly fence: number;
  /** Grows with every commit: another server may take over when it has stood still for 15 s of its own clock. */
  readonly beat: number;
}

/** What is kept of a destination. Times are milliseconds since 1970 UTC. */
export interface DestinationRow {
  readonly name: string;
  readonly type: string;
  /** The id of the last event that was looked at. */
  readonly eventCursor: number;
  /** The id of the last change of an alert that was looked at. */
  readonly alertCursor: number;
  /** `disabled`: it answered that it is gone. `blocked`: it must be mended first, and is tried every minute. */
  readonly status: "active" | "paused" | "disabled" | "blocked";
  /** Why it is not active, or what failed last: a sentence without a part of a URL or secret. */
  readonly reason: string | null;
  /** How many attempts failed one after the other, since something got through. */
  readonly failures: number;
  /** Nothing is sent before; null: at once. */
  readonly retryAt: number | null;
  /** When the alerts that wait for each other are sent as one message; null: none waits. */
  readonly groupAt: number | null;
  /** When such a message was sent last. */
  readonly groupedAt: number | null;
  /** How many events retention took before they were looked at. */
  readonly pruned: number;
  /** Since when it is not in the file; null: it is. */
  readonly leftAt: number | null;
  readonly changedAt: number;
}

/** What a commit writes, in this order. */
export interface SendChanges {
  readonly destinations?: readonly DestinationRow[] | undefined;
  /** Destinations that are forgotten, with all their deliveries. */
  readonly forgotten?: readonly string[] | undefined;
  /** One whose message id is there already is left out. Ids are given in order. */
  readonly queued?: readonly Omit<Delivery, "id">[] | undefined;
  readonly changed?: readonly DeliveryChange[] | undefined;
  /** Requests that are done. */
  readonly answered?: readonly number[] | undefined;
  /** Deliveries that ended before this time are deleted, at most 5,000 with one commit. */
  readonly forgetBefore?: number | undefined;
  /** Likewise deliveries of events that arrived before this time: there may be millions of them. */
  readonly forgetArrivedBefore?: number | undefined;
}

export interface DeliveryChange
  extends Pick<Delivery, "id" | "status" | "attempts" | "nextAt" | "endedAt" | "answer"> {}

/** An alert that opened, got worse or ended, as it was then. Only `mutedUntil` is that of now. */
export interface AlertTransition {
  readonly id: number;
  readonly to: "firing" | "resolved";
  readonly alert: Alert;
  readonly at: number;
}

export interface SendRequest {
  readonly id: number;
  readonly action: "pause" | "resume" | "test" | "redeliver" | "replay" | "drop";
  readonly destination: string;
  /** A delivery (redeliver, drop), or the id that a replay begins after. */
  readonly argument: number | null;
  /** What a replay is of, and whether its messages get new ids: `events`, `firing`, `events:new-ids`, … */
  readonly option: string | null;
}

export interface DeliveryFilter {
  readonly destination?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
}

export interface DeliveryPage {
  readonly deliveries: readonly Delivery[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

export interface DeliveryCount {
  readonly destination: string;
  readonly status: DeliveryStatus;
  readonly count: number;
  /** When the oldest of them was queued. */
  readonly oldestAt: number;
}
