import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { drizzle } from "drizzle-orm/libsql/http";
import type { AssetKey } from "../../../core/index.ts";
import type { AssetFilter, AssetListRequest, EventFilter, PageRequest, WipeTarget } from "../../event-log.ts";
import type { LogStats } from "../../maintenance.ts";
import type { CheckName, TimelineRequest } from "../../overview.ts";
import type { DatabaseAccess } from "../database-access.ts";
import { continuePlan, planWipe } from "../maintenance/plan-wipe.ts";
import { formatPlan, parsePlan } from "../maintenance/wipe-plan.ts";
import type { EventRow, MarkRow } from "../write/event-row.ts";
import { encodeKey, encodeText } from "../write/sortable-text.ts";
import { type AssetPosition, type AssetStateRow, findAssetStates } from "./find-assets.ts";
import { fitPage } from "./fit-page.ts";
import { type AssetRows, readAssetByKey } from "./read-asset.ts";
import { readAssetList } from "./read-asset-list.ts";
import { type AssetMarkRow, readAssetMarks, readMarksOf } from "./read-asset-marks.ts";
import { readEvent } from "./read-event.ts";
import { type AskedCheck, type CheckHistoryRow, readCheckHistories } from "./read-histories.ts";
import {
  type CheckPosition,
  type ListOfRows,
  type PartitionMarkRow,
  readChecks,
  readPartitionMarks,
  readPartitions,
  type SummaryRow,
} from "./read-lists.ts";
import { type PageOfRows, readPage } from "./read-page.ts";
import { type FailingRow, readFailingChecks, readRecent } from "./read-recent.ts";
import { readLastMaterializations, readStats } from "./read-stats.ts";
import { type ReadSteps, readSteps } from "./read-steps.ts";
import { readTimeline, type TimelineRows } from "./read-timeline.ts";

/** The reads of events and of what summaries say of them. */
export interface DatabaseReads {
  event(id: number): Promise<EventRow | undefined>;
  page(filter: EventFilter, page: Pick<PageRequest, "order" | "limit">, from: number | undefined): Promise<PageOfRows>;
  asset(key: AssetKey): Promise<AssetRows | undefined>;
  assets(
    filter: AssetFilter,
    page: Pick<AssetListRequest, "limit" | "order">,
    from: AssetPosition | undefined,
  ): Promise<ListOfRows<AssetRows, AssetPosition>>;
  assetMarks(
    filter: AssetFilter,
    page: Pick<AssetListRequest, "limit" | "order">,
    from: AssetPosition | undefined,
  ): Promise<ListOfRows<AssetMarkRow, AssetPosition>>;
  marksOf(keys: readonly AssetKey[]): Promise<readonly AssetMarkRow[]>;
  assetStates(
    filter: AssetFilter,
    limit: number,
    from: AssetPosition | undefined,
  ): Promise<ListOfRows<AssetStateRow, AssetPosition>>;
  recent(keys: readonly AssetKey[], limit: number): Promise<readonly (readonly MarkRow[])[]>;
  timeline(key: AssetKey, request: TimelineRequest): Promise<TimelineRows>;
  partitions(key: AssetKey, limit: number, from: string | undefined): Promise<ListOfRows<SummaryRow, string>>;
  failingChecks(keys: readonly AssetKey[], limit: number): Promise<readonly (readonly FailingRow[])[]>;
  checkHistories(checks: readonly CheckName[], limit: number): Promise<readonly CheckHistoryRow[]>;
  partitionMarks(key: AssetKey, limit: number, from: string | undefined): Promise<ListOfRows<PartitionMarkRow, string>>;
  checks(key: AssetKey, limit: number, from: CheckPosition | undefined): Promise<ListOfRows<SummaryRow, CheckPosition>>;
  stats(): Promise<LogStats>;
  /** Encoded keys, with times, after the encoded key `from`. */
  lastMaterializations(limit: number, from: string | undefined): Promise<ListOfRows<readonly [string, number], string>>;
  /** Looks up what a wipe is to change, as `formatPlan` gives it; undefined where there is nothing to wipe. */
  planWipe(target: WipeTarget): Promise<{ readonly plan: string } | "outdated" | undefined>;
  /** The plan with what was reported since. */
  continuePlan(plan: string): Promise<{ readonly plan: string } | "outdated">;
}

/** What they need, Drizzle above all, takes longest to load: create-log-database.ts imports this file for the first read. */
export function createDatabaseReads(access: Pick<DatabaseAccess, "read" | "file">): DatabaseReads {
  const read = <Result>(work: (database: LibSQLDatabase) => Promise<Result>) =>
    access.read((client) => work(drizzle(client)));
  /** For what looks at many rows. */
  const inSteps = <Result>(work: (steps: ReadSteps) => Promise<Result>) => work(readSteps(access));

  return {
    event: (id) => read((database) => readEvent(database, id)),
    page: (filter, page, from) =>
      read((database) => fitPage(page.limit, (limit) => readPage(database, filter, { ...page, limit }, from))),
    asset: (key) => inSteps((steps) => readAssetByKey(steps, encodeKey(key))),
    assets: (filter, page, from) =>
      inSteps((steps) => fitPage(page.limit, (limit) => readAssetList(steps, filter, { ...page, limit }, from))),
    assetMarks: (filter, page, from) =>
      inSteps((steps) => fitPage(page.limit, (limit) => readAssetMarks(steps, filter, { ...page, limit }, from))),
    marksOf: (keys) => inSteps((steps) => readMarksOf(steps, keys.map(encodeKey))),
    assetStates: (filter, most, from) =>
      inSteps((steps) => fitPage(most, (limit) => findAssetStates(steps, filter, limit, from))),
    recent: (keys, limit) => read((database) => readRecent(database, keys.map(encodeKey), limit)),
    timeline: (key, request) => inSteps((steps) => readTimeline(steps, key, request)),
    partitions: (key, most, from) =>
      inSteps((steps) => fitPage(most, (limit) => readPartitions(steps, key, limit, from))),
    failingChecks: (keys, limit) => inSteps((steps) => readFailingChecks(steps, keys.map(encodeKey), limit)),
    checkHistories: (checks, limit) => inSteps((steps) => readCheckHistories(steps, checks.map(askedCheck), limit)),
    partitionMarks: (key, most, from) =>
      inSteps((steps) => fitPage(most, (limit) => readPartitionMarks(steps, key, limit, from))),
    checks: (key, most, from) => inSteps((steps) => fitPage(most, (limit) => readChecks(steps, key, limit, from))),
    stats: () => inSteps(readStats),
    lastMaterializations: (limit, from) => inSteps((steps) => readLastMaterializations(steps, limit, from)),
    planWipe: async (target) => {
      const plan = await inSteps((steps) => planWipe(steps, target));
      return typeof plan === "object" ? { plan: formatPlan(plan) } : plan;
    },
    continuePlan: async (text) => {
      const plan = await inSteps((steps) => continuePlan(steps, parsePlan(text)));
      return plan === "outdated" ? plan : { plan: formatPlan(plan) };
    },
  };
}

function askedCheck({ assetKey, checkName, partition }: CheckName): AskedCheck {
  const [key, name] = [encodeKey(assetKey), encodeText(checkName)];
  if (partition === undefined) return [key, name];
  return [key, name, partition === null ? null : encodeText(partition)];
}
