import type { CountedEvent } from "../core/freshness/policy.ts";
import type { AssetKey, RecordedEvent } from "../core/index.ts";
import type { LatestEvaluation, WaitFacts } from "../core/waiting/wait.ts";
import type { EventFilter, EventLog } from "./event-log.ts";

/**
 * What waits ask of a log. A store that has summaries answers it at once, in one read transaction; `waitReadsOf` reads it
 * from any EventLog.
 */
export interface WaitReads {
  /**
   * What is known of each asset, in the order of the asks. All about one asset is read in one transaction, where the
   * store can: a wait judges each by itself.
   *
   * The newest is the one that counted last, by (min(timestamp, receivedAt), id). Of an event that is ahead of its receipt
   * a store may look at a bounded number of those that came after it.
   */
  waitFacts(asks: readonly WaitAsk[]): Promise<readonly AssetFacts[]>;

  /**
   * The newest id, and the keys of the events after the id `after`, traces of wipes among them. `keys` is null where there
   * are more than a bounded number of events; a store may count those that were wiped.
   */
  changesAfter(after: number): Promise<LogChanges>;
}

/** What is asked of an asset. */
export interface WaitAsk {
  readonly assetKey: AssetKey;
  /** Of this partition alone. Default: of the whole asset. */
  readonly partition?: string | undefined;
  /** The checks whose evaluations are asked for: by name, or all that were evaluated. Default: none. */
  readonly checks?: readonly string[] | "all" | undefined;
  /** Whether the newest observation of the asset is asked for. */
  readonly observations?: boolean | undefined;
}

/** What the log knows of an asset. */
export interface AssetFacts extends Pick<WaitFacts, "assetKey" | "materialization"> {
  /**
   * The newest of each check for the partition that is asked for; else for that of the materialization, and for none. Of
   * all checks without a partition also the newest over all partitions, so that each name is there.
   */
  readonly evaluations: readonly LatestEvaluation[];
  /** Whether the asset has more than `mostWaitChecks` checks, where all are asked for. The others are left out. */
  readonly hasMoreChecks: boolean;
  /** When the newest observation counted; null without one, or where none was asked for. */
  readonly observedAt: number | null;
}

export interface LogChanges {
  /** 0 for an empty log. */
  readonly newestId: number;
  readonly keys: readonly AssetKey[] | null;
}

/** How many checks of an asset are read where all are asked for. */
export const mostWaitChecks = 200;
/** How many events `changesAfter` reads. */
export const mostChanges = 1000;

const pageSize = 1000;
/** How many pages of the newest events are looked through. */
const mostPages = 10;

/**
 * The reads of a log: each its own, or one that reads its EventLog.
 *
 * @example
 * const [facts] = await waitReadsOf(log).waitFacts([{ assetKey: ["warehouse", "orders"] }]);
 * console.log(facts?.materialization?.at);
 */
export function waitReadsOf(log: EventLog & Partial<WaitReads>): WaitReads {
  const read = new DefaultWaitReads(log);
  return {
    waitFacts: (asks) => log.waitFacts?.(asks) ?? read.waitFacts(asks),
    changesAfter: (after) => log.changesAfter?.(after) ?? read.changesAfter(after),
  };
}

/**
 * Reads from an EventLog, in several calls. Checks are read after the materialization: a report in between can't make an
 * evaluation look newer than what it judged.
 */
class DefaultWaitReads implements WaitReads {
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  waitFacts(asks: readonly WaitAsk[]): Promise<readonly AssetFacts[]> {
    return Promise.all(asks.map((ask) => this.#facts(ask)));
  }

  async changesAfter(after: number): Promise<LogChanges> {
    const page = await this.#log.query({}, { order: "desc", limit: mostChanges });
    const newestId = page.events[0]?.id ?? 0;
    const newer = page.events.filter(({ id }) => id > after);
    if (page.hasMore && newer.length === page.events.length) return { newestId, keys: null };
    const keys = new Map(newer.map(({ assetKey }) => [JSON.stringify(assetKey), assetKey]));
    return { newestId, keys: [...keys.values()] };
  }

  async #facts({ assetKey, partition, checks = [], observations = false }: WaitAsk): Promise<AssetFacts> {
    const found = await this.#newest({ assetKey, type: "ASSET_MATERIALIZATION", partition });
    const materialization = found && { id: found.id, at: countedAt(found), partition: found.partition };
    const known = checks === "all" ? await this.#log.asset(assetKey) : undefined;
    const seen = known?.checks.map(({ checkName }) => checkName) ?? [];
    const names = checks === "all" ? seen.slice(0, mostWaitChecks) : checks;
    const observed = observations ? await this.#newest({ assetKey, type: "ASSET_OBSERVATION" }) : undefined;
    const ofName = names.map((name) =>
      this.#evaluations(assetKey, name, partition, found?.partition, checks === "all"),
    );
    return {
      assetKey,
      materialization: materialization ?? null,
      evaluations: (await Promise.all(ofName)).flat(),
      hasMoreChecks: seen.length > mostWaitChecks || known?.hasMoreChecks === true,
      observedAt: observed === undefined ? null : countedAt(observed),
    };
  }

  async #evaluations(
    assetKey: AssetKey,
    checkName: string,
    asked: string | undefined,
    built: string | null | undefined,
    isOfAll: boolean,
  ): Promise<readonly LatestEvaluation[]> {
    const filter = { assetKey, type: "ASSET_CHECK_EVALUATION", checkName } as const;
    const wanted =
      asked !== undefined
        ? [this.#newest({ ...filter, partition: asked })]
        : [
            this.#newest(filter, ({ partition }) => partition === null),
            ...(typeof built === "string" ? [this.#newest({ ...filter, partition: built })] : []),
            ...(isOfAll ? [this.#newest(filter)] : []),
          ];
    const found = new Map(
      (await Promise.all(wanted)).flatMap((event) => (event === undefined ? [] : [[event.id, event]])),
    );
    return [...found.values()].flatMap((event) => {
      if (event.type !== "ASSET_CHECK_EVALUATION") return [];
      const { id, partition, passed, severity } = event;
      return { checkName, partition, id, passed, severity };
    });
  }

  /** The newest by when it counted, of those that match. */
  async #newest(
    filter: EventFilter,
    matches: (event: RecordedEvent) => boolean = () => true,
  ): Promise<RecordedEvent | undefined> {
    let newest: RecordedEvent | undefined;
    let cursor: string | undefined;
    for (let pages = 0; pages < mostPages; pages++) {
      const page = await this.#log.query(filter, { order: "desc", limit: pageSize, cursor });
      for (const event of page.events) {
        // Times of receipt never decrease with the id: none of the events before this one counted later.
        if (newest !== undefined && event.receivedAt <= countedAt(newest)) return newest;
        if (matches(event) && (newest === undefined || countedAt(event) > countedAt(newest))) newest = event;
      }
      if (!page.hasMore || page.cursor === null) break;
      cursor = page.cursor;
    }
    return newest;
  }
}

/** When the newest of these events counted. The observation is there only where the ask had `observations`. */
export function lastCountedAt(
  counts: readonly CountedEvent[],
  facts: Partial<Pick<AssetFacts, "materialization" | "observedAt">> = {},
): number | null {
  const built = counts.includes("materialization") ? (facts.materialization?.at ?? null) : null;
  const seen = counts.includes("observation") ? (facts.observedAt ?? null) : null;
  return built === null || seen === null ? (built ?? seen) : Math.max(built, seen);
}

/** When an event counts: a timestamp ahead of the receipt must not make it newer. */
export function countedAt({ timestamp, receivedAt }: Pick<RecordedEvent, "timestamp" | "receivedAt">): number {
  return Math.min(timestamp, receivedAt);
}
