import type { TokenRecord, TokenStore } from "../../../storage/index.ts";

/** How often a token's last use is written, in milliseconds. */
const precision = 60_000;

/** Writes down uses behind the requests. While one write is under way, those of the next gather. */
export function tokenUses(store: TokenStore): (token: TokenRecord, at: number) => void {
  const noted = new Map<number, number>();
  let waiting = new Map<number, number>();
  let writing = false;

  async function write(): Promise<void> {
    writing = true;
    while (waiting.size > 0) {
      const uses = Array.from(waiting, ([id, at]) => ({ id, at }));
      waiting = new Map();
      // What fails is written with a use a minute later: nothing depends on it.
      await store.noteUses(uses).catch(() => {});
    }
    writing = false;
  }

  return ({ id, lastUsedAt }, at) => {
    if (at - Math.max(noted.get(id) ?? 0, lastUsedAt ?? 0) < precision) return;
    noted.set(id, at);
    waiting.set(id, at);
    if (!writing) void write();
  };
}
