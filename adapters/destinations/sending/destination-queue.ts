import type { Delivery } from "../../../core/destinations/delivery.ts";
import type { Destination } from "../../../core/destinations/destination.ts";
import type { DeliveryOutcome } from "../../../core/destinations/next-attempt.ts";
import type { SendQueue } from "../../../core/destinations/send-queue.ts";
import type { ToldAlert } from "../../../core/destinations/superseded.ts";
import type { DestinationRow } from "../../../storage/index.ts";
import { Forwarding } from "../dagster/forwarding.ts";

/** Past this the cursors stop: the log keeps the rest. */
const mostPending = 1000;

/** A replay under way: events up to an id are sent once more. */
export interface Replay {
  /** Of the request, which is answered at the end: a server that takes over begins anew. */
  readonly request: number;
  /** How far it has come. The cursor that is stored stays where it is. */
  at: number;
  readonly until: number;
  readonly hasNewIds: boolean;
}

/** What the server that sends holds in memory of one destination. */
export class DestinationQueue {
  readonly destination: Destination;
  row: DestinationRow;
  /** Whether `row` differs from what is stored. */
  isMoved = false;
  replay: Replay | undefined;
  /** Events that retention took, and of which nobody was told yet. */
  pruned: { readonly after: number; readonly count: number } | undefined;
  /** Whether the log has events that it did not look at, for lack of room. */
  isBehind = false;
  readonly inFlight = new Set<number>();
  /** The ids of those that wait for an operator. */
  readonly parked = new Set<number>();
  /** Of a Dagster. */
  readonly forwarding = new Forwarding();
  /** In the order of their ids. */
  #pending: Delivery[] = [];
  readonly #held = new Map<number, Delivery>();
  /** The alerts that deliveries are about, by the ids of the deliveries. */
  readonly #alerts = new Map<number, number>();
  /** Of alerts whose end is pending. */
  readonly #told = new Map<number, ToldAlert["told"]>();

  constructor(destination: Destination, row: DestinationRow) {
    this.destination = destination;
    this.row = row;
  }

  get pending(): readonly Delivery[] {
    return this.#pending;
  }

  has(id: number): boolean {
    return this.#held.has(id) || this.#pending.some((one) => one.id === id);
  }

  get held(): readonly Delivery[] {
    return [...this.#held.values()];
  }

  /** After which event it goes on. */
  get eventCursor(): number {
    return this.replay?.at ?? this.row.eventCursor;
  }

  /** How many more it may have. */
  get room(): number {
    return Math.max(0, mostPending - this.#pending.length);
  }

  /** The pending ones that are not being sent. */
  get waiting(): readonly Delivery[] {
    return this.#pending.filter(({ id }) => !this.inFlight.has(id));
  }

  alertOf(delivery: Delivery): number | undefined {
    return this.#alerts.get(delivery.id);
  }

  /** Adds one that is pending or held. */
  add(delivery: Delivery, alertId: number | undefined): void {
    if (alertId !== undefined) this.#alerts.set(delivery.id, alertId);
    if (delivery.status === "held") return void this.#held.set(delivery.id, delivery);
    this.#held.delete(delivery.id);
    const after = this.#pending.findLastIndex(({ id }) => id <= delivery.id);
    if (this.#pending[after]?.id === delivery.id) return;
    this.#pending.splice(after + 1, 0, delivery);
  }

  /** What is known of an alert when its end is queued. */
  noteTold(alertId: number, told: ToldAlert["told"]): void {
    this.#told.set(alertId, told);
  }

  /** Follows what became of a delivery. */
  follow(outcome: DeliveryOutcome): void {
    if (outcome.status === "parked") this.parked.add(outcome.id);
    else this.parked.delete(outcome.id);
    const index = this.#pending.findIndex(({ id }) => id === outcome.id);
    const known = this.#pending[index] ?? this.#held.get(outcome.id);
    if (known === undefined) return;
    const delivery = { ...known, ...outcome };
    if (delivery.status === "pending" && index >= 0) {
      this.#pending[index] = delivery;
      return;
    }
    if (index >= 0) this.#pending.splice(index, 1);
    this.#held.delete(delivery.id);
    this.forwarding.noteEnd(delivery.id);
    const alertId = this.#alerts.get(delivery.id);
    if (delivery.status === "pending" || delivery.status === "held") {
      this.add(delivery, alertId);
      return;
    }
    this.#alerts.delete(delivery.id);
    if (alertId !== undefined) this.#noteEnd(delivery, alertId);
  }

  /** As the planner sees it. */
  get view(): SendQueue {
    const { destination, row, inFlight } = this;
    return {
      ...{ destination, state: row, pending: this.#pending, inFlight },
      alertOf: ({ id }) => {
        const alertId = this.#alerts.get(id);
        return alertId === undefined ? undefined : { alertId, told: this.#told.get(alertId) ?? "delivered" };
      },
    };
  }

  #noteEnd({ type, status }: Delivery, alertId: number): void {
    if (type === "alert.resolved") return void this.#told.delete(alertId);
    const told = this.#told.get(alertId);
    if (told === undefined) return;
    if (status === "delivered") this.#told.set(alertId, "delivered");
    else if (status === "dead" && told === "nothing") this.#told.set(alertId, "dead");
  }
}

/** Queues that are at the same place; those that are furthest behind come last, so that they hold up nobody. */
export function groupQueues(
  queues: readonly DestinationQueue[],
  placeOf: (queue: DestinationQueue) => number,
): ReadonlyMap<number, readonly DestinationQueue[]> {
  const groups = new Map<number, DestinationQueue[]>();
  for (const queue of queues) {
    const place = placeOf(queue);
    groups.set(place, [...(groups.get(place) ?? []), queue]);
  }
  return new Map([...groups].sort(([a], [b]) => b - a));
}
