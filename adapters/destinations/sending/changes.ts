import type { Delivery } from "../../../core/destinations/delivery.ts";
import type { DeliveryOutcome } from "../../../core/destinations/next-attempt.ts";
import type { DestinationRow, SendChanges } from "../../../storage/index.ts";
import type { DestinationQueue } from "./destination-queue.ts";

/** How many deliveries one commit queues, or a few more. */
export const mostQueued = 250;

/** A delivery that is to be queued, and the alert that it is about. */
export interface Queued {
  readonly delivery: Omit<Delivery, "id">;
  readonly alertId: number | undefined;
  /** Whether it is sent once more if it was queued and has ended. */
  readonly isResent?: boolean;
}

/**
 * What the next commit writes. It is kept until one is known to be written, since every part of it may be written twice:
 * nobody knows what became of a commit whose answer was lost.
 */
export class Changes {
  readonly #rows = new Set<DestinationQueue>();
  /** By the ids of the messages: each is queued once. */
  readonly #queued = new Map<string, Queued>();
  readonly #changed = new Map<number, DeliveryOutcome>();
  /** How many pending ones of each destination are in `#queued`. */
  readonly #counts = new Map<string, number>();
  readonly answered: number[] = [];
  readonly forgotten: string[] = [];
  /** Of destinations that are in no queue, since they left the file. */
  readonly others: DestinationRow[] = [];
  forgetBefore: number | undefined;
  forgetArrivedBefore: number | undefined;

  get isEmpty(): boolean {
    const lists = [this.#rows.size, this.#queued.size, this.#changed.size, this.answered.length];
    const isExpiring = this.forgetBefore !== undefined;
    return lists.every((size) => size === 0) && this.forgotten.length + this.others.length === 0 && !isExpiring;
  }

  /**
   * Whether others wait for it: what is queued is not sent before it is written. What became of messages may wait for a
   * little, since a server that takes over without it sends them again under the same ids.
   */
  get isUrgent(): boolean {
    const isExpiring = this.forgetBefore !== undefined;
    return this.#queued.size + this.answered.length + this.forgotten.length + this.others.length > 0 || isExpiring;
  }

  /** Changes a destination. */
  put(queue: DestinationQueue, changes: Partial<DestinationRow>): void {
    queue.row = { ...queue.row, ...changes };
    this.#rows.add(queue);
  }

  queue(queued: Queued): void {
    const { messageId } = queued.delivery;
    if (this.#queued.has(messageId)) return;
    this.#queued.set(messageId, queued);
    this.#count(queued, 1);
  }

  /** Whether as much is queued as one commit should write: reports wait for it on a file. */
  get isFull(): boolean {
    return this.#queued.size >= mostQueued;
  }

  /** One that is to be queued, by the id of its message. */
  queuedAs(messageId: string): Queued | undefined {
    return this.#queued.get(messageId);
  }

  /** Queues another in its place. */
  replace(queued: Queued): void {
    const { messageId } = queued.delivery;
    const before = this.#queued.get(messageId);
    if (before !== undefined) this.#count(before, -1);
    this.#queued.set(messageId, queued);
    this.#count(queued, 1);
  }

  /** Changes a delivery, in the queue too. */
  change(queue: DestinationQueue, outcome: DeliveryOutcome): void {
    this.#changed.set(outcome.id, outcome);
    queue.follow(outcome);
  }

  get queued(): readonly Queued[] {
    return [...this.#queued.values()];
  }

  /** How many a destination gets with the next commit. */
  countOf({ destination: { name } }: DestinationQueue): number {
    return this.#counts.get(name) ?? 0;
  }

  /** A delivery that was read, with what is not written yet. */
  current(delivery: Delivery): Delivery {
    return { ...delivery, ...this.#changed.get(delivery.id) };
  }

  /** `moved` are the queues whose cursors moved. */
  toCommit(moved: readonly DestinationQueue[]): SendChanges {
    return {
      destinations: [...new Set([...this.#rows, ...moved])].map(({ row }) => row).concat(this.others),
      forgotten: this.forgotten,
      queued: this.queued.map(({ delivery }) => delivery),
      changed: [...this.#changed.values()],
      answered: this.answered,
      forgetBefore: this.forgetBefore,
      forgetArrivedBefore: this.forgetArrivedBefore,
    };
  }

  #count({ delivery: { destination, status } }: Queued, by: number): void {
    if (status === "pending") this.#counts.set(destination, (this.#counts.get(destination) ?? 0) + by);
  }
}
