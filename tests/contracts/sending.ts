import { expect } from "bun:test";
import type { Delivery } from "../../core/destinations/delivery.ts";
import type { AlertTransition, DestinationRow, SendChanges, SendStore, Stores } from "../../storage/index.ts";

/** A destination as it is when it is new. */
export function destinationRow(name: string, changes: Partial<DestinationRow> = {}): DestinationRow {
  return {
    ...{ name, type: "webhook", eventCursor: 0, alertCursor: 0, status: "active", reason: null, failures: 0 },
    ...{ retryAt: null, groupAt: null, groupedAt: null, pruned: 0, leftAt: null, changedAt: 0 },
    ...changes,
  };
}

/** A delivery to be queued. */
export function newDelivery(
  destination: string,
  messageId: string,
  changes: Partial<Omit<Delivery, "id">> = {},
): Omit<Delivery, "id"> {
  return {
    ...{ destination, messageId, type: "asset.materialized", subject: "a", eventId: 1, alertChangeId: null },
    ...{ content: null, status: "pending", attempts: 0, nextAt: 0, createdAt: 0, endedAt: null, answer: null },
    ...changes,
  };
}

/** A server that sends by hand: it takes the lease once, and commits when it is told. */
export class Sender {
  readonly #sending: SendStore;
  fence = 0;

  constructor(sending: SendStore) {
    this.#sending = sending;
  }

  async take(holder = "one"): Promise<this> {
    const fence = await this.#sending.takeLease({ holder, fileHash: "hash" }, await this.#sending.lease());
    expect(fence).toBeDefined();
    this.fence = fence ?? 0;
    return this;
  }

  commit(changes: SendChanges): Promise<boolean> {
    return this.#sending.commit(this.fence, changes);
  }

  /** Commits changes that must be written. */
  async write(changes: SendChanges): Promise<void> {
    expect(await this.commit(changes)).toBe(true);
  }
}

export const messageIds = (deliveries: readonly Delivery[]) => deliveries.map(({ messageId }) => messageId);

/** All that alerts became, page by page. */
export async function alertChangesOf({ sending }: Pick<Stores, "sending">): Promise<readonly AlertTransition[]> {
  const found: AlertTransition[] = [];
  for (;;) {
    const page = await sending.alertChanges(found.at(-1)?.id ?? 0, 3);
    found.push(...page);
    if (page.length < 3) return found;
  }
}

/** The same in words, in order. */
export async function toldOf(stores: Pick<Stores, "sending">): Promise<readonly string[]> {
  return (await alertChangesOf(stores)).map(({ to, alert }) => {
    const name = [alert.assetKey.join("/"), alert.partition, alert.checkName].filter((part) => part !== null).join(" ");
    return `${alert.kind} ${name}: ${to}, ${alert.severity}, ${alert.reason}`;
  });
}
