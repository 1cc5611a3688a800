import type { AssetKey } from "../../core/index.ts";
import { latest } from "../../core/time.ts";
import { comparePositions } from "../scan/list-page.ts";
import { isMutedBy, type Mute, type MuteName } from "../watching/watch-store.ts";

/** The mutes of a watch store in memory. One that has ended is none. */
export class MemoryMutes {
  readonly #now: () => number;
  readonly #mutes = new Map<string, Mute>();

  constructor(now: () => number) {
    this.#now = now;
  }

  set(mute: Mute): void {
    this.#mutes.set(muteId(mute.name), mute);
  }

  /** Returns false if there was none. */
  delete(name: MuteName): boolean {
    const mute = this.#mutes.get(muteId(name));
    this.#mutes.delete(muteId(name));
    return mute !== undefined && mute.until > this.#now();
  }

  /** Ordered by key. */
  list(): readonly Mute[] {
    const position = ({ name }: Mute) => [
      ...(name.assetKey ?? name.prefix),
      null,
      name.prefix === undefined ? "" : "p",
    ];
    return [...this.#mutes.values()]
      .filter(({ until }) => until > this.#now())
      .sort((a, b) => comparePositions(position(a), position(b)));
  }

  /** Until when an asset is muted; null: it is not. */
  until(key: AssetKey): number | null {
    return latest(
      this.list()
        .filter(({ name }) => isMutedBy(name, key))
        .map(({ until }) => until),
    );
  }
}

function muteId({ assetKey, prefix }: MuteName): string {
  return JSON.stringify([assetKey ?? null, prefix ?? null]);
}
