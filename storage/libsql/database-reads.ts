import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { drizzle } from "drizzle-orm/libsql/http";
import type { Delivery } from "../../core/destinations/delivery.ts";
import type { AssetKey } from "../../core/index.ts";
import type { ListPosition } from "../cursors/list-cursor.ts";
import type { DefinitionFilter, DefinitionName } from "../definitions/definition-store.ts";
import type { AssetFilter, AssetListRequest, EventFilter, PageRequest, WipeTarget } from "../event-log.ts";
import type { LogStats } from "../maintenance.ts";
import type { CheckName, TimelineRequest } from "../overview.ts";
import type {
  AlertTransition,
  DeliveryCount,
  DeliveryFilter,
  DestinationRow,
  SendRequest,
} from "../sending/send-store.ts";
import type { AssetFacts, LogChanges, WaitAsk } from "../wait-reads.ts";
import type { WatchedRow } from "../watching/watch-plan.ts";
import type {
  Alert,
  AlertFilter,
  AssetFreshness,
  Mute,
  SubjectFilter,
  WatchCounts,
  WatchRequest,
} from "../watching/watch-store.ts";
import type { DatabaseAccess } from "./database-access.ts";
import {
  type DefinitionRow,
  type DefinitionRows,
  readDefinition,
  readDefinitionList,
  readDefinitionsFor,
} from "./definitions/read-definitions.ts";
import { continuePlan, planWipe } from "./maintenance/wipe/plan-wipe.ts";
import { formatPlan, parsePlan } from "./maintenance/wipe/wipe-plan.ts";
import { type AssetPosition, type AssetStateRow, findAssetStates } from "./read/assets/find-assets.ts";
import { type AssetRows, readAssetByKey, readAssetList } from "./read/assets/read-asset.ts";
import { type AssetMarkRow, readAssetMarks, readMarksOf } from "./read/assets/read-asset-marks.ts";
import { type FailingRow, readFailingChecks } from "./read/assets/read-failing-checks.ts";
import {
  type CheckPosition,
  type PartitionMarkRow,
  readChecks,
  readPartitionMarks,
  readPartitions,
  type SummaryRow,
} from "./read/assets/read-lists.ts";
import { readLastMaterializations, readStats } from "./read/assets/read-stats.ts";
import { readChangesAfter, readWaitFacts } from "./read/assets/read-wait-facts.ts";
import { readEvent } from "./read/events/read-event.ts";
import { type AskedCheck, type CheckHistoryRow, readCheckHistories } from "./read/events/read-histories.ts";
import { type PageOfRows, readPage } from "./read/events/read-page.ts";
import { readRecent } from "./read/events/read-recent.ts";
import { readTimeline, type TimelineRows } from "./read/events/read-timeline.ts";
import { fitPage, type ListOfRows, type ReadSteps, readSteps } from "./read/read-steps.ts";
import {
  countDeliveries,
  type DeliveryRows,
  readDeliveries,
  readDeliveriesOf,
  readDelivery,
} from "./sending/list-deliveries.ts";
import {
  readAlertChanges,
  readDestinations,
  readNewestAlertChange,
  readPending,
  readRequests,
} from "./sending/read-sending.ts";
import type { PlannedWatch } from "./watching/plan-watch.ts";
import {
  readAlerts,
  readFiringCounts,
  readFreshness,
  readMutes,
  readPartitionSubjects,
  readSubjectCounts,
  readSubjects,
} from "./watching/read-watched.ts";
import type { EventRow, MarkRow } from "./write/event-row.ts";
import { encodeKey, encodeNullable, encodeText } from "./write/sortable-text.ts";

/** The reads of events and summaries. */
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
  /** Encoded keys with times, after the encoded key `from`. */
  lastMaterializations(limit: number, from: string | undefined): Promise<ListOfRows<readonly [string, number], string>>;
  waitFacts(asks: readonly WaitAsk[]): Promise<readonly AssetFacts[]>;
  changesAfter(after: number): Promise<LogChanges>;
  /** Looks up what a wipe is to change, as text of `formatPlan`. Undefined if there is nothing to wipe. */
  planWipe(target: WipeTarget): Promise<{ readonly plan: string } | "outdated" | undefined>;
  definition(name: DefinitionName): Promise<DefinitionRow | undefined>;
  definitionsFor(keys: readonly AssetKey[]): Promise<readonly (DefinitionRow | undefined)[]>;
  definitionList(filter: DefinitionFilter, limit: number, from: ListPosition | undefined): Promise<DefinitionRows>;
  /** The plan with the events that were reported since. */
  continuePlan(plan: string): Promise<{ readonly plan: string } | "outdated">;
  /** What a step of the watcher writes, as text for `commitWatch`. Undefined if another watches. */
  planWatch(request: WatchRequest): Promise<PlannedWatch | undefined>;
  freshnessOf(keys: readonly AssetKey[]): Promise<readonly (AssetFreshness | undefined)[]>;
  partitionSubjects(key: AssetKey, partitions: readonly string[]): Promise<readonly WatchedRow[]>;
  /** After an encoded name, one more than `limit` where there are more. */
  subjects(
    filter: SubjectFilter,
    limit: number,
    from: readonly [name: string, partition: string | null] | undefined,
  ): Promise<readonly WatchedRow[]>;
  subjectCounts(): Promise<WatchCounts["subjects"]>;
  firingCounts(): Promise<WatchCounts["firing"]>;
  /** Before an id, one more than `limit` where there are more. */
  alerts(
    filter: AlertFilter & { readonly id?: number | undefined },
    page: { readonly limit: number; readonly before: number | undefined; readonly now: number },
  ): Promise<readonly Alert[]>;
  mutes(now: number): Promise<readonly Mute[]>;
  destinations(): Promise<readonly DestinationRow[]>;
  pendingDeliveries(destination: string): Promise<readonly Delivery[]>;
  alertChanges(
    place: { readonly after: number; readonly limit: number } | { readonly id: number },
    now: number,
  ): Promise<readonly AlertTransition[]>;
  newestAlertChange(): Promise<number>;
  sendRequests(): Promise<readonly SendRequest[]>;
  /** Before an id. */
  deliveries(
    filter: DeliveryFilter,
    page: { readonly limit: number; readonly before: number | undefined },
  ): Promise<DeliveryRows>;
  delivery(id: number): Promise<Delivery | undefined>;
  deliveriesOf(messageIds: readonly string[]): Promise<readonly Delivery[]>;
  deliveryCounts(): Promise<readonly DeliveryCount[]>;
}

/**
 * Loading this file takes long, above all because of Drizzle: create-log-database.ts imports it with the first read.
 */
export function createDatabaseReads(access: Pick<DatabaseAccess, "read" | "file">): DatabaseReads {
  const reads: DatabaseReads = {
    ...eventReads(access),
    ...watchedReads(access, () => reads),
    ...sendingReads(access),
  };
  return reads;
}

function eventReads(
  access: Pick<DatabaseAccess, "read" | "file">,
): Omit<DatabaseReads, keyof (WatchedReads & SendingReads)> {
  const read = <Result>(work: (database: LibSQLDatabase) => Promise<Result>) =>
    access.read((client) => work(drizzle(client)));
  /** For reads of many rows. */
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
    waitFacts: (asks) => inSteps((steps) => readWaitFacts(steps, asks)),
    changesAfter: (after) => inSteps((steps) => readChangesAfter(steps, after)),
    planWipe: async (target) => {
      const plan = await inSteps((steps) => planWipe(steps, target));
      return typeof plan === "object" ? { plan: formatPlan(plan) } : plan;
    },
    definition: (name) => inSteps(({ step }) => readDefinition(step, name)),
    definitionsFor: (keys) => inSteps(({ step }) => readDefinitionsFor(step, keys)),
    definitionList: (filter, limit, from) => inSteps(({ step }) => readDefinitionList(step, filter, limit, from)),
    continuePlan: async (text) => {
      const plan = await inSteps((steps) => continuePlan(steps, parsePlan(text)));
      return plan === "outdated" ? plan : { plan: formatPlan(plan) };
    },
  };
}

function askedCheck({ assetKey, checkName, partition }: CheckName): AskedCheck {
  const [key, name] = [encodeKey(assetKey), encodeText(checkName)];
  if (partition === undefined) return [key, name];
  return [key, name, encodeNullable(partition)];
}

type WatchedReads = Pick<
  DatabaseReads,
  "planWatch" | "freshnessOf" | "partitionSubjects" | "subjects" | "subjectCounts" | "firingCounts" | "alerts" | "mutes"
>;

/** What is watched. Judging takes rules that no other read needs: they are loaded with the first step. */
function watchedReads(access: Pick<DatabaseAccess, "read" | "file">, all: () => DatabaseReads): WatchedReads {
  const inSteps = () => readSteps(access).step;
  return {
    planWatch: async (request) => {
      const { planWatch } = await import("./watching/plan-watch.ts");
      return planWatch(access, all(), request);
    },
    freshnessOf: (keys) => readFreshness(inSteps(), keys),
    partitionSubjects: (key, partitions) => readPartitionSubjects(inSteps(), key, partitions),
    subjects: (filter, limit, from) => readSubjects(inSteps(), filter, limit, from),
    subjectCounts: () => readSubjectCounts(inSteps()),
    firingCounts: () => readFiringCounts(inSteps()),
    alerts: (filter, page) => readAlerts(inSteps(), filter, page),
    mutes: (now) => readMutes(inSteps(), now),
  };
}

type SendingReads = Pick<
  DatabaseReads,
  | "destinations"
  | "pendingDeliveries"
  | "alertChanges"
  | "newestAlertChange"
  | "sendRequests"
  | "deliveries"
  | "delivery"
  | "deliveriesOf"
  | "deliveryCounts"
>;

/** What destinations are told. */
function sendingReads(access: Pick<DatabaseAccess, "read" | "file">): SendingReads {
  const steps = () => readSteps(access);
  return {
    destinations: () => readDestinations(steps().step),
    pendingDeliveries: (destination) => readPending(steps().step, destination),
    alertChanges: (place, now) => readAlertChanges(steps().step, place, now),
    newestAlertChange: () => readNewestAlertChange(steps().step),
    sendRequests: () => readRequests(steps().step),
    deliveries: (filter, page) => readDeliveries(steps(), filter, page),
    delivery: (id) => readDelivery(steps(), id),
    deliveriesOf: (ids) => readDeliveriesOf(steps(), ids),
    deliveryCounts: () => countDeliveries(steps()),
  };
}
