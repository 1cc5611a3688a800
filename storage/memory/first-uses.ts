import type { AssetKey, RecordedEvent, RunlessEvent } from "../../core/index.ts";

/** Where and when an idempotency key came first, and with what. */
export interface FirstUse {
  readonly id: number;
  readonly key: string;
  readonly assetKey: AssetKey;
  readonly receivedAt: number;
  readonly content: string;
}

/** What an idempotency key is unique within. */
export function scopeOf({ type, assetKey }: RunlessEvent, idempotencyKey: string): string {
  return JSON.stringify([type, assetKey, idempotencyKey]);
}

/** First uses by their scopes. An event keeps its key for as long as it is there, whether the use is forgotten or not. */
export function createFirstUses() {
  const uses = new Map<string, FirstUse>();
  const keys = new Map<number, string>();
  return {
    get: (scope: string) => uses.get(scope),

    add(scope: string, use: FirstUse): void {
      uses.set(scope, use);
      keys.set(use.id, use.key);
    },

    /** The keys that events were recorded with, by event id. */
    keysOf(events: readonly RecordedEvent[]): ReadonlyMap<number, string> {
      const found = events.map(({ id }) => [id, keys.get(id)] as const);
      return new Map(found.flatMap(([id, key]) => (key === undefined ? [] : [[id, key] as const])));
    },

    forgetEvents(ids: Iterable<number>): void {
      for (const id of ids) keys.delete(id);
    },

    forgetUses(isGone: (use: FirstUse) => boolean): void {
      for (const [scope, use] of uses) if (isGone(use)) uses.delete(scope);
    },
  };
}
