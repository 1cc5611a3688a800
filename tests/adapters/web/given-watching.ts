import type { Alert, AssetFreshness, Mute, Subject, WatchStore } from "../../../storage/index.ts";
import * as standIn from "../http/watching/stand-in-watch-store.ts";
import { hour, noon } from "./site.ts";

/** What is watched, as a test wants it: the state of the pages must not depend on how it came to be. */
export interface Given {
  readonly freshness?: readonly AssetFreshness[];
  /** Those of partitions; an asset without partitions is a subject by itself. */
  readonly subjects?: readonly Subject[];
  /** In the order in which they are listed. */
  readonly alerts?: readonly Alert[];
  readonly mutes?: readonly Mute[];
}

export interface GivenWatching extends WatchStore {
  /** What was changed by the pages. */
  readonly changes: readonly unknown[];
}

/** The stand-in of the routes, which notes what the pages change, and changes nothing. */
export function givenWatching({ freshness = [], subjects, alerts = [], mutes = [] }: Given): GivenWatching {
  const changes: unknown[] = [];
  const own = freshness.filter(({ partitions }) => partitions === null).map((one) => ({ ...one, partition: null }));
  const store = standIn.standInWatchStore({
    subjects: [...(subjects ?? own)],
    assets: [...freshness],
    alerts: alerts.toReversed(),
    mutes: [...mutes],
  });
  return {
    ...store,
    changes,
    mute: async (...mute) => void changes.push(["mute", ...mute]),
    unmute: async (name) => {
      changes.push(["unmute", name]);
      return mutes.some((mute) => JSON.stringify(mute.name) === JSON.stringify(name));
    },
    closeAlert: async (id) => {
      changes.push(["close", id]);
      return store.alert(id);
    },
  };
}

/** An alert: that an asset is late for two hours, unless it says otherwise. */
export function alertOf(key: string, fields: Partial<Alert> = {}): Alert {
  return standIn.alertOf(1, key, { since: noon - 2 * hour, ...fields });
}

/** The freshness of an asset without partitions: on time, unless it says otherwise. */
export function freshnessOf(key: string, fields: Partial<AssetFreshness> = {}): AssetFreshness {
  const [since, deadline] = [noon - 3 * hour, noon + hour];
  const times = { since, lastAt: since, deadline, nextAt: deadline, definedAt: null };
  return standIn.freshnessOf(key, { ...times, ...fields });
}
