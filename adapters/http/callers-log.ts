import { type AssetKey, hasPrefix } from "../../core/index.ts";
import type { EventFilter, EventLog } from "../../storage/index.ts";
import { type Caller, outOfReach, reaches } from "../tokens/caller.ts";
import { HttpError } from "./http-error.ts";

type Lookup =
  | "get"
  | "query"
  | "asset"
  | "assets"
  | "recent"
  | "partitions"
  | "partitionMarks"
  | "checks"
  | "checkHistories";
type Method = Lookup | "append" | "wipe" | "id" | "watch";

/** What a request may do with a log. */
export interface CallersLog extends Pick<EventLog, Method> {
  /** The filter less what the caller may not see. Throws HttpError 403 where it names that. */
  narrow(filter: EventFilter): EventFilter;
}

/**
 * A log as its caller may see it. Lists narrow to the caller's prefix; an asset that is named and lies outside is a 403,
 * an event outside is not there. From the second call on, `recheck` has the first word, by throwing: streams, exports
 * and imports go on for hours, and whoever is let in may no longer be.
 */
export function callersLog(log: EventLog, caller: Caller, recheck: () => Promise<void>): CallersLog {
  let calls = 0;

  async function confirm(): Promise<void> {
    if (calls++ > 0) await recheck();
  }

  function assertReached(key: AssetKey): void {
    if (!reaches(caller, key)) throw new HttpError(403, outOfReach(caller, key));
  }

  function narrow<Filter extends Pick<EventFilter, "assetKey" | "prefix">>(filter: Filter): Filter {
    const { prefix: own } = caller;
    if (own === null) return filter;
    const { assetKey, prefix } = filter;
    if (assetKey !== undefined) assertReached(assetKey);
    const isWider = prefix === undefined || hasPrefix(own, prefix);
    if (!isWider) assertReached(prefix);
    return isWider && assetKey === undefined ? { ...filter, prefix: own } : filter;
  }

  async function find(id: number) {
    const event = await log.get(id);
    return event !== undefined && reaches(caller, event.assetKey) ? event : undefined;
  }

  return {
    append: async (units, options) => {
      await confirm();
      for (const { event } of units.flat()) assertReached(event.assetKey);
      return log.append(units, options);
    },
    get: async (id) => {
      await confirm();
      return find(id);
    },
    query: async (filter, page) => {
      await confirm();
      return log.query(narrow(filter), page);
    },
    asset: async (key) => {
      await confirm();
      assertReached(key);
      return log.asset(key);
    },
    assets: async (filter, page) => {
      await confirm();
      return log.assets(narrow(filter), page);
    },
    recent: async (keys, limit) => {
      await confirm();
      for (const key of keys) assertReached(key);
      return log.recent(keys, limit);
    },
    partitions: async (key, page) => {
      await confirm();
      assertReached(key);
      return log.partitions(key, page);
    },
    partitionMarks: async (key, page) => {
      await confirm();
      assertReached(key);
      return log.partitionMarks(key, page);
    },
    checks: async (key, page) => {
      await confirm();
      assertReached(key);
      return log.checks(key, page);
    },
    checkHistories: async (checks, limit) => {
      await confirm();
      for (const { assetKey } of checks) assertReached(assetKey);
      return log.checkHistories(checks, limit);
    },
    wipe: async (target, by) => {
      await confirm();
      if ("assetKey" in target) assertReached(target.assetKey);
      else if (caller.prefix !== null && (await find(target.eventId)) === undefined) return undefined;
      return log.wipe(target, by);
    },
    narrow,
    id: () => log.id(),
    watch: (listener) => log.watch(listener),
  };
}
