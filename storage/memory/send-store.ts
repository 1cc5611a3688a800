import { type Delivery, deliveryStatuses } from "../../core/destinations/delivery.ts";
import type { ListRequest } from "../event-log.ts";
import { comparePositions, listPage, newestFirst } from "../scan/list-page.ts";
import type {
  DeliveryCount,
  DeliveryFilter,
  DestinationRow,
  SendChanges,
  SendHolder,
  SendLease,
  SendRequest,
  SendStore,
} from "../sending/send-store.ts";

/** What a watch store in memory knows of the changes of its alerts. */
export type AlertChangeReads = Pick<SendStore, "alertChanges" | "alertChange" | "newestAlertChange">;

export interface MemorySendOptions {
  readonly watching: AlertChangeReads;
}

/**
 * The SendStore that the others are compared with. It lives as long as the process.
 *
 * @example
 * const { sending } = await openStores({ url: ":memory:" });
 * console.log(await sending.destinations()); // []
 */
export function createMemorySendStore(options: MemorySendOptions): SendStore {
  return new MemorySendStore(options);
}

class MemorySendStore implements SendStore {
  readonly #watching: AlertChangeReads;
  readonly #destinations = new Map<string, DestinationRow>();
  readonly #deliveries = new Map<number, Delivery>();
  readonly #messageIds = new Set<string>();
  readonly #requests = new Map<number, SendRequest>();
  #lease: SendLease = { holder: null, fileHash: null, fence: 0, beat: 0 };
  #lastDelivery = 0;
  #lastRequest = 0;

  constructor({ watching }: MemorySendOptions) {
    this.#watching = watching;
  }

  async lease(): Promise<SendLease> {
    return this.#lease;
  }

  async takeLease(holder: SendHolder, { fence, beat }: SendLease): Promise<number | undefined> {
    if (this.#lease.fence !== fence || this.#lease.beat !== beat) return undefined;
    this.#lease = wellFormed({ ...holder, fence: fence + 1, beat: beat + 1 });
    return fence + 1;
  }

  async releaseLease(fence: number): Promise<void> {
    if (this.#isHeld(fence)) this.#lease = { holder: null, fileHash: null, fence, beat: this.#lease.beat + 1 };
  }

  async destinations(): Promise<readonly DestinationRow[]> {
    return [...this.#destinations.values()].sort((a, b) => comparePositions([a.name], [b.name]));
  }

  async pending(destination: string): Promise<readonly Delivery[]> {
    return this.#found({ destination, status: "pending" });
  }

  async commit(fence: number, changes: SendChanges): Promise<boolean> {
    if (!this.#isHeld(fence)) return false;
    for (const name of changes.forgotten ?? []) this.#forget(name.toWellFormed());
    for (const row of (changes.destinations ?? []).map(wellFormed)) this.#destinations.set(row.name, row);
    for (const delivery of (changes.queued ?? []).map(wellFormed)) this.#queue(delivery);
    for (const { id, status, attempts, nextAt, endedAt, answer } of (changes.changed ?? []).map(wellFormed)) {
      const found = this.#deliveries.get(id);
      if (found !== undefined) this.#deliveries.set(id, { ...found, status, attempts, nextAt, endedAt, answer });
    }
    for (const id of changes.answered ?? []) this.#requests.delete(id);
    const { forgetBefore = Number.NEGATIVE_INFINITY, forgetArrivedBefore = Number.NEGATIVE_INFINITY } = changes;
    this.#expire(forgetBefore, forgetArrivedBefore);
    this.#lease = { ...this.#lease, beat: this.#lease.beat + 1 };
    return true;
  }

  alertChanges(after: number, limit: number) {
    return this.#watching.alertChanges(after, limit);
  }

  alertChange(id: number) {
    return this.#watching.alertChange(id);
  }

  newestAlertChange(): Promise<number> {
    return this.#watching.newestAlertChange();
  }

  async request(request: Omit<SendRequest, "id">): Promise<void> {
    const id = ++this.#lastRequest;
    this.#requests.set(id, wellFormed({ ...request, id }));
  }

  async requests(): Promise<readonly SendRequest[]> {
    return [...this.#requests.values()];
  }

  async deliveries(filter: DeliveryFilter, page: ListRequest) {
    const list = {
      items: this.#found(filter),
      positionOf: newestFirst,
      marked: ["deliveries", filter.destination, filter.status],
    };
    const found = listPage(list, page);
    return { deliveries: found.items, cursor: found.cursor, hasMore: found.hasMore };
  }

  async delivery(id: number): Promise<Delivery | undefined> {
    return this.#deliveries.get(id);
  }

  async deliveriesOf(messageIds: readonly string[]): Promise<readonly Delivery[]> {
    const asked = new Set(messageIds.map((id) => id.toWellFormed()));
    return this.#found({}).filter(({ messageId }) => asked.has(messageId));
  }

  async deliveryCounts(): Promise<readonly DeliveryCount[]> {
    const names = [...new Set(this.#found({}).map(({ destination }) => destination))];
    const sorted = names.sort((a, b) => comparePositions([a], [b]));
    return sorted.flatMap((destination) =>
      deliveryStatuses.flatMap((status) => {
        const found = this.#found({ destination, status });
        return found[0] === undefined
          ? []
          : [{ destination, status, count: found.length, oldestAt: found[0].createdAt }];
      }),
    );
  }

  #isHeld(fence: number): boolean {
    return this.#lease.holder !== null && this.#lease.fence === fence;
  }

  /** The oldest first. */
  #found({ destination, status }: DeliveryFilter): readonly Delivery[] {
    const name = destination?.toWellFormed();
    return [...this.#deliveries.values()].filter(
      (one) => (name ?? one.destination) === one.destination && (status ?? one.status) === one.status,
    );
  }

  #queue(delivery: Omit<Delivery, "id">): void {
    if (this.#messageIds.has(delivery.messageId)) return;
    this.#messageIds.add(delivery.messageId);
    const id = ++this.#lastDelivery;
    this.#deliveries.set(id, { ...delivery, id });
  }

  #forget(name: string): void {
    this.#destinations.delete(name);
    for (const delivery of this.#found({ destination: name })) this.#delete(delivery);
  }

  #expire(before: number, arrivedBefore: number): void {
    for (const delivery of this.#deliveries.values()) {
      const { endedAt, eventId, status } = delivery;
      if (endedAt === null) continue;
      const isArrival = status === "delivered" && eventId !== null;
      if (endedAt < before || (isArrival && endedAt < arrivedBefore)) this.#delete(delivery);
    }
  }

  #delete({ id, messageId }: Delivery): void {
    this.#deliveries.delete(id);
    this.#messageIds.delete(messageId);
  }
}

/** With U+FFFD for lone surrogates, as every store has its texts. */
function wellFormed<Row extends object>(row: Row): Row {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === "string" ? value.toWellFormed() : value,
  ]);
  return Object.fromEntries(entries) as Row; // the same properties, each with a value of its type
}
