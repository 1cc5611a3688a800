import { isReported } from "../core/events/events.ts";
import type { AssetKey, RecordedEvent } from "../core/index.ts";
import { mostAhead } from "../core/time.ts";
import type {
  AssetFilter,
  AssetListRequest,
  AssetRecord,
  CheckRecord,
  EventFilter,
  EventLog,
  ListRequest,
} from "./event-log.ts";
import type {
  AssetMark,
  CheckHistory,
  CheckName,
  EventMark,
  FailingCheck,
  Overview,
  ReportedEvent,
  TimelineRequest,
} from "./overview.ts";
import { latestOf } from "./scan/asset-list.ts";
import { firstOf, mostExamined, pickEvents, thinMarks, timelineName } from "./scan/timeline.ts";

/** Of the pages of events, partitions and checks that are read for an answer. */
const pageSize = 1000;
/** How many pages of the newest events of an asset are looked through for something. */
const mostPages = 10;
/** How much of an asset's list of checks is read for its mark, in evaluations. */
const mostCounted = 10_000;

/**
 * The overview of a log: its own methods, and for those that it does not have what its EventLog says.
 *
 * @example
 * const [marks] = await overviewOf(log).recent([["warehouse", "orders"]], 20);
 */
export function overviewOf(log: EventLog & Partial<Overview>): Overview {
  const read = new DefaultOverview(log);
  return {
    assetMarks: (...args) => log.assetMarks?.(...args) ?? read.assetMarks(...args),
    marksOf: (...args) => log.marksOf?.(...args) ?? read.marksOf(...args),
    assetStates: (...args) => log.assetStates?.(...args) ?? read.assetStates(...args),
    recent: (...args) => log.recent?.(...args) ?? read.recent(...args),
    failingChecks: (...args) => log.failingChecks?.(...args) ?? read.failingChecks(...args),
    checkHistories: (...args) => log.checkHistories?.(...args) ?? read.checkHistories(...args),
    timeline: (...args) => log.timeline?.(...args) ?? read.timeline(...args),
    partitionMarks: (...args) => log.partitionMarks?.(...args) ?? read.partitionMarks(...args),
    lastMaterializations: (...args) => log.lastMaterializations?.(...args) ?? read.lastMaterializations(...args),
    reportedEvent: (...args) => log.reportedEvent?.(...args) ?? read.reportedEvent(...args),
  };
}

/**
 * An overview that is read from an EventLog, page by page. It holds whole events meanwhile, so a store of many assets
 * does well to have one of its own; it may extend this one, and answer faster what it can.
 *
 * @example
 * const overview = new DefaultOverview(log);
 * console.log(await overview.recent([["orders"]], 5)); // [ [] ]
 */
export class DefaultOverview implements Overview {
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  async assetMarks(filter: AssetFilter, page: AssetListRequest) {
    const { assets, ...rest } = await this.#log.assets(filter, page);
    return { assets: await Promise.all(assets.map((asset) => this.#mark(asset))), ...rest };
  }

  async marksOf(keys: readonly AssetKey[]) {
    const assets = await Promise.all(keys.map((key) => this.#log.asset(key)));
    return Promise.all(assets.flatMap((asset) => (asset === undefined ? [] : this.#mark(asset))));
  }

  async assetStates(filter: AssetFilter, page: ListRequest) {
    const { assets, ...rest } = await this.assetMarks(filter, page);
    const states = assets.map(({ assetKey, latestMaterialization, latestObservation, checks: { failed, warned } }) => {
      const latest = latestOf({ latestMaterialization, latestObservation }) ?? null;
      return { assetKey, latest, failed, warned };
    });
    return { assets: states, ...rest };
  }

  async recent(keys: readonly AssetKey[], limit: number) {
    return Promise.all(keys.map(async (assetKey) => (await this.#newest({ assetKey }, limit)).flatMap(markOf)));
  }

  async reportedEvent(id: number): Promise<ReportedEvent | undefined> {
    // Only a page has reporters. It may be empty although there is more.
    for (let cursor: string | undefined; ; ) {
      const page = await this.#log.query({ after: id - 1, before: id + 1 }, { order: "asc", limit: 1, cursor });
      const [event] = page.events;
      if (event !== undefined) return { event, reporter: page.reporters?.get(id) };
      if (!page.hasMore) return undefined;
      cursor = page.cursor ?? cursor;
    }
  }

  async failingChecks(keys: readonly AssetKey[], limit: number) {
    return Promise.all(
      keys.map(async (key) => {
        const checks = await this.#checks(key);
        return checks.filter(isFailing).slice(0, limit).map(failingCheck);
      }),
    );
  }

  async checkHistories(checks: readonly CheckName[], limit: number) {
    const ofAssets = new Map<string, Promise<readonly CheckRecord[]>>(); // each asset's list is read once
    const recordsOf = (key: AssetKey) => {
      const text = JSON.stringify(key);
      const records = ofAssets.get(text) ?? this.#checks(key);
      ofAssets.set(text, records);
      return records;
    };
    return Promise.all(
      checks.map(async ({ assetKey, checkName, partition }): Promise<CheckHistory> => {
        const isOfPartition = (of: { readonly partition: string | null }) =>
          partition === undefined || of.partition === partition;
        const filter = { assetKey, checkName, partition: partition ?? undefined };
        const newest = await this.#newest(filter, limit, isOfPartition);
        const total = (await recordsOf(assetKey))
          .filter((check) => check.checkName === checkName && isOfPartition(check))
          .reduce((sum, { evaluations }) => sum + evaluations, 0);
        return { evaluations: newest.flatMap(markOf), total };
      }),
    );
  }

  async timeline(assetKey: AssetKey, { since, slots, events: most = 0 }: TimelineRequest) {
    const found = new Map<number, RecordedEvent>();
    let isSample = false;
    for (let cursor: string | undefined; ; ) {
      const page = await this.#log.query({ assetKey, since }, { order: "desc", limit: pageSize, cursor });
      for (const event of page.events) found.set(event.id, event);
      const [oldest] = page.events.slice(-1);
      // A timestamp is at most a day after the receipt, so nothing received earlier matches.
      const isThrough = since !== undefined && oldest !== undefined && oldest.receivedAt < since - mostAhead;
      if (!page.hasMore || isThrough || page.cursor === null) break;
      if (found.size >= mostExamined) {
        isSample = true;
        break;
      }
      cursor = page.cursor;
    }
    const marks = [...found.values()].flatMap(markOf);
    const named = thinMarks(marks, slots).map((mark) => {
      const event = found.get(mark.id);
      const checkName = event?.type === "ASSET_CHECK_EVALUATION" ? event.checkName : null;
      return { ...mark, partition: timelineName(event?.partition ?? null), checkName: timelineName(checkName) };
    });
    const events = pickEvents(marks, named, most).flatMap(({ id }) => found.get(id) ?? []);
    return { marks: named, first: firstOf(marks), isSample, events };
  }

  async partitionMarks(key: AssetKey, page: ListRequest) {
    const { partitions, ...rest } = await this.#log.partitions(key, page);
    if (partitions.length === 0) return { partitions: [], ...rest };
    const failing = new Set((await this.#checks(key)).filter(isFailing).map(partitionOf));
    const marks = partitions.map(({ partition, latestMaterialization: { timestamp }, materializations }) => {
      return { partition, timestamp, materializations, failing: failing.has(partition) };
    });
    return { partitions: marks, ...rest };
  }

  async lastMaterializations(page: ListRequest) {
    const { assets, ...rest } = await this.#log.assets({}, page);
    const materialized = assets.flatMap(({ assetKey, latestMaterialization: latest }) =>
      latest === null ? [] : { assetKey, timestamp: latest.timestamp },
    );
    return { assets: materialized, ...rest };
  }

  /** The newest reported events that match, newest first. */
  async #newest(filter: EventFilter, most: number, matches: (event: RecordedEvent) => boolean = () => true) {
    const found: RecordedEvent[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < mostPages && found.length < most; pages++) {
      const page = await this.#log.query(filter, { order: "desc", limit: Math.min(pageSize, most), cursor });
      for (const event of page.events) if (isReported(event) && matches(event)) found.push(event);
      if (!page.hasMore || page.cursor === null) break;
      cursor = page.cursor;
    }
    return found.slice(0, most);
  }

  async #checks(key: AssetKey, most = Number.POSITIVE_INFINITY): Promise<readonly CheckRecord[]> {
    const found: CheckRecord[] = [];
    for (let cursor: string | undefined; found.length < most; ) {
      const page = await this.#log.checks(key, { limit: pageSize, cursor });
      for (const check of page.checks) found.push(check);
      if (!page.hasMore || page.cursor === null) break;
      cursor = page.cursor;
    }
    return found;
  }

  async #mark(asset: AssetRecord): Promise<AssetMark> {
    const { assetKey, latestMaterialization, latestObservation, dataVersion, counts } = asset;
    const checks = asset.counts.checkEvaluations === 0 ? [] : await this.#checks(assetKey, mostCounted);
    return {
      assetKey,
      latestMaterialization: latestMark(latestMaterialization),
      latestObservation: latestMark(latestObservation),
      dataVersion: dataVersion?.slice(0, 200).toWellFormed() ?? null,
      counts,
      hasMorePartitions: false,
      checks: countStates(checks),
      hasMoreChecks: checks.length >= mostCounted,
    };
  }
}

/** How many checks are in each state, each in the worst of its partitions. */
function countStates(checks: readonly CheckRecord[]): AssetMark["checks"] {
  const worst = new Map<string, "passed" | "warned" | "failed">();
  for (const check of checks) {
    const { checkName, latestEvaluation: latest } = check;
    const state = latest.passed ? "passed" : latest.severity === "WARN" ? "warned" : "failed";
    const known = worst.get(checkName) ?? "passed";
    worst.set(checkName, known === "passed" || state === "failed" ? state : known);
  }
  const count = { passed: 0, warned: 0, failed: 0 };
  for (const state of worst.values()) count[state]++;
  return count;
}

/** A reported event at a glance; nothing for another. */
function markOf(event: RecordedEvent): readonly EventMark[] {
  if (!isReported(event)) return [];
  const { id, type, timestamp } = event;
  if (type !== "ASSET_CHECK_EVALUATION") return [{ id, type, timestamp, passed: null, severity: null }];
  return [{ id, type, timestamp, passed: event.passed, severity: event.severity }];
}

function latestMark(event: RecordedEvent | null): AssetMark["latestMaterialization"] {
  return event && { id: event.id, timestamp: event.timestamp };
}

function isFailing({ latestEvaluation }: CheckRecord): boolean {
  return !latestEvaluation.passed;
}

function failingCheck({ checkName, partition, latestEvaluation: { id, severity } }: CheckRecord): FailingCheck {
  return { checkName, partition, id, severity };
}

function partitionOf({ partition }: CheckRecord): string | null {
  return partition;
}
