import type { AssetKey, RecordedEvent, RunlessEvent } from "../../../core/index.ts";
import type { EventLog } from "../../event-log.ts";
import type { Stores } from "../../stores.ts";
import type { WatchStep } from "../../watching/watch-store.ts";
import { defined } from "../definition-store/harness.ts";
import { expect } from "../expect.ts";

/** A watch store, with the log and the definitions that it watches. Closing the log closes all three. */
export interface WatchedStores extends Pick<Stores, "definitions" | "watching"> {
  readonly log: EventLog;
}

/** A server that watches by hand: it takes the lease once, and steps when it is told. */
export class Follower {
  readonly #stores: WatchedStores;
  readonly #clock: { readonly now: number };
  fence = 0;
  #cursor: number | undefined;

  constructor(stores: WatchedStores, clock: { readonly now: number }) {
    this.#stores = stores;
    this.#clock = clock;
  }

  async take(holder = "one"): Promise<void> {
    const { watching } = this.#stores;
    const fence = await watching.takeLease(holder, await watching.lease());
    if (fence === undefined) throw new Error("the lease changed since it was read");
    this.fence = fence;
    this.#cursor = undefined;
  }

  /** Follows the log to its end, and judges all that is due. Returns the last step. */
  async follow(settleUntil: number | null = null, now = this.#clock.now): Promise<WatchStep> {
    for (let steps = 0; ; steps++) {
      expect(steps).toBeAtMost(9_999);
      const step = await this.#stores.watching.step({
        ...{ fence: this.fence, now, clock: this.#clock.now, settleUntil, cursor: this.#cursor, notesProgress: false },
      });
      this.#cursor = step.cursor;
      if (!step.hasMore || !step.isHolder) return step;
    }
  }
}

export async function report(stores: WatchedStores, ...events: readonly RunlessEvent[]): Promise<void> {
  const results = await stores.log.append(events.map((event) => [{ event }]));
  for (const { status } of results) expect(status).toBe("recorded");
}

export async function define(stores: WatchedStores, ...assets: readonly object[]): Promise<void> {
  const result = await stores.definitions.replace("test", defined(...assets), { allowEmpty: true });
  expect(result.status).toBe("replaced");
}

/** The changes of freshness in the log: key, partition, from, to and why. */
export async function changesOf(stores: WatchedStores, assetKey?: AssetKey): Promise<readonly string[]> {
  const found: RecordedEvent[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await stores.log.query(
      { assetKey, type: "FRESHNESS_STATE_CHANGE" },
      { limit: 500, order: "asc", cursor },
    );
    found.push(...page.events);
    if (!page.hasMore || page.cursor === null) break;
    cursor = page.cursor;
  }
  return found.flatMap((event) => {
    if (event.type !== "FRESHNESS_STATE_CHANGE") return [];
    const { previousState, state, reason } = event.freshness;
    const partition = event.partition === null ? "" : ` ${event.partition}`;
    return `${event.assetKey.join("/")}${partition}: ${previousState} -> ${state}, ${reason}`;
  });
}

/** Alerts, oldest first. */
export async function alertsOf(stores: WatchedStores, status?: "firing" | "resolved"): Promise<readonly string[]> {
  const { alerts } = await stores.watching.alerts({ status }, { limit: 1000 });
  return alerts.toReversed().map(({ kind, assetKey, partition, checkName, severity, status, reason }) => {
    const name = [assetKey.join("/"), partition, checkName].filter((part) => part !== null).join(" ");
    return `${kind} ${name}: ${severity}, ${status}, ${reason}`;
  });
}
