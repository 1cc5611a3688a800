import type { AssetKey, RecordedEvent, RunlessEvent } from "../../core/index.ts";

/** The first use of an idempotency key: the event, the time, and the fingerprint of the content. */
export interface FirstUse {
  readonly id: number;
  readonly key: string;
  readonly assetKey: AssetKey;
  readonly receivedAt: number;
  readonly content: string;
}

/** The scope in which an idempotency key is unique, as a text, with the key itself. */
export function scopeOf({ type, assetKey }: RunlessEvent, idempotencyKey: string): string {
  return JSON.stringify([type, assetKey, idempotencyKey]);
}

/** First uses by scope. An event keeps its key as long as it exists, even after the use has expired. */
export class FirstUses {
  readonly #uses = new Map<string, FirstUse>();
  readonly #keys = new Map<number, string>();

  get(scope: string): FirstUse | undefined {
    return this.#uses.get(scope);
  }

  add(scope: string, use: FirstUse): void {
    this.#uses.set(scope, use);
    this.#keys.set(use.id, use.key);
  }

  /** The keys that events were recorded with, by event id. */
  keysOf(events: readonly RecordedEvent[]): ReadonlyMap<number, string> {
    const found = events.map(({ id }) => [id, this.#keys.get(id)] as const);
    return new Map(found.flatMap(([id, key]) => (key === undefined ? [] : [[id, key] as const])));
  }

  forgetEvents(ids: Iterable<number>): void {
    for (const id of ids) this.#keys.delete(id);
  }

  forgetUses(isGone: (use: FirstUse) => boolean): void {
    for (const [scope, use] of this.#uses) if (isGone(use)) this.#uses.delete(scope);
  }
}
