import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { drizzle } from "drizzle-orm/libsql/http";
import type { AssetKey, RecordedEventType } from "../../core/index.ts";
import type {
  AssetFilter,
  AssetListRequest,
  CheckName,
  EventFilter,
  Expiry,
  LogStats,
  PageRequest,
  WipeTarget,
} from "../event-log.ts";
import type { NewToken, TokenRecord, TokenUse } from "../token-store.ts";
import type { DatabaseAccess } from "./database-access.ts";
import type { EventRow } from "./event-row.ts";
import type { AssetPosition } from "./find-assets.ts";
import { fitting } from "./fitting.ts";
import { receiveGroup, type SentGroup, type WrittenGroup } from "./group.ts";
import { continuePlan, planWipe } from "./plan-wipe.ts";
import { probe } from "./probe.ts";
import { type Expired, findExpired, forgetKeys, notePrune, pruneEvents, readPrunedAt, readPrunedId } from "./prune.ts";
import { deleteHidden, findHidden, type Hidden } from "./purge.ts";
import { type AssetRows, readAssetByKey } from "./read-asset.ts";
import { readAssetList } from "./read-asset-list.ts";
import { type AssetMarkRow, readAssetMarks } from "./read-asset-marks.ts";
import { readEvent, readNewestId } from "./read-event.ts";
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
import { type FailingRow, type MarkRow, readFailingChecks, readRecent } from "./read-recent.ts";
import { readLastMaterializations, readStats } from "./read-stats.ts";
import { type ReadSteps, readSteps } from "./read-steps.ts";
import { log } from "./schema.ts";
import { encodeKey, encodeText } from "./sortable-text.ts";
import { createToken, noteTokenUses, readTokens, revokeToken } from "./tokens.ts";
import { type PlanFailure, wipe } from "./wipe.ts";
import { formatPlan, parsePlan } from "./wipe-plan.ts";

/** What the event log asks of its database. What crosses here is plain data, so that it can cross threads. */
export interface LogDatabase {
  /** Takes the buffers of the group. */
  write(group: SentGroup): Promise<WrittenGroup>;
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
  recent(keys: readonly AssetKey[], limit: number): Promise<readonly (readonly MarkRow[])[]>;
  partitions(key: AssetKey, limit: number, from: string | undefined): Promise<ListOfRows<SummaryRow, string>>;
  failingChecks(keys: readonly AssetKey[], limit: number): Promise<readonly (readonly FailingRow[])[]>;
  checkHistories(checks: readonly CheckName[], limit: number): Promise<readonly CheckHistoryRow[]>;
  partitionMarks(key: AssetKey, limit: number, from: string | undefined): Promise<ListOfRows<PartitionMarkRow, string>>;
  checks(key: AssetKey, limit: number, from: CheckPosition | undefined): Promise<ListOfRows<SummaryRow, CheckPosition>>;
  /** Looks up what a wipe is to change, as `formatPlan` gives it; undefined where there is nothing to wipe. */
  planWipe(target: WipeTarget): Promise<{ readonly plan: string } | "outdated" | undefined>;
  /** The plan with what was reported since. */
  continuePlan(plan: string): Promise<{ readonly plan: string } | "outdated">;
  /** Carries a plan out, if that is still possible, and answers the trace; undefined where there is nothing to wipe. */
  wipe(plan: string, by: string | null, now: number): Promise<EventRow | PlanFailure | undefined>;
  /** Some of what wipes have hidden; undefined where nothing is left of it. */
  findHidden(): Promise<Hidden | undefined>;
  deleteHidden(hidden: Hidden): Promise<void>;
  /** Some expired events after the id `from`. */
  findExpired(expiry: NonNullable<Expiry["events"]>, from: number): Promise<Expired>;
  /** Deletes those of the events that are no latest; answers how many. */
  pruneEvents(ids: readonly number[]): Promise<number>;
  /** Deletes some of the idempotency keys from before; answers whether there were any. */
  forgetKeys(before: number): Promise<boolean>;
  prunedId(type: RecordedEventType | undefined): Promise<number>;
  /** Keeps the time by which is deleted from now on, for `prunedAt`. */
  notePrune(clock: number): Promise<void>;
  prunedAt(): Promise<number | undefined>;
  stats(): Promise<LogStats>;
  /** Encoded keys, with times, after the encoded key `from`. */
  lastMaterializations(limit: number, from: string | undefined): Promise<ListOfRows<readonly [string, number], string>>;
  /** Writes, and changes nothing. */
  probe(): Promise<void>;
  logId(): Promise<string>;
  /** The id of the newest event, 0 where there is none. */
  newestId(): Promise<number>;
  tokens(): Promise<readonly TokenRecord[]>;
  /** Answers the id, or undefined where the name is taken. */
  createToken(token: NewToken, now: number): Promise<number | undefined>;
  /** Answers the id, or undefined where no token of this name is left. */
  revokeToken(name: string, now: number): Promise<number | undefined>;
  noteTokenUses(uses: readonly TokenUse[]): Promise<void>;
  close(): Promise<void>;
}

/** What to ask a database for, whichever way it is reached. Failures are EventLogErrors. */
export function createLogDatabase(access: DatabaseAccess): LogDatabase {
  const { write, record, file } = access;
  const read = <Result>(work: (database: LibSQLDatabase) => Promise<Result>) =>
    access.read((client) => work(drizzle(client)));
  /** For what looks at many rows. */
  const inSteps = <Result>(work: (steps: ReadSteps) => Promise<Result>) => work(readSteps(access));

  return {
    write: async (group) => {
      const started = performance.now();
      const result = await access.writeGroup(receiveGroup(group));
      return { ...result, milliseconds: performance.now() - started };
    },
    event: (id) => read((database) => readEvent(database, id)),
    page: (filter, page, from) =>
      read((database) => fitting(page.limit, (limit) => readPage(database, filter, { ...page, limit }, from))),
    asset: (key) => inSteps((steps) => readAssetByKey(steps, encodeKey(key))),
    assets: (filter, page, from) =>
      inSteps((steps) => fitting(page.limit, (limit) => readAssetList(steps, filter, { ...page, limit }, from))),
    assetMarks: (filter, page, from) =>
      inSteps((steps) => fitting(page.limit, (limit) => readAssetMarks(steps, filter, { ...page, limit }, from))),
    recent: (keys, limit) => read((database) => readRecent(database, keys.map(encodeKey), limit)),
    partitions: (key, most, from) =>
      inSteps((steps) => fitting(most, (limit) => readPartitions(steps, key, limit, from))),
    failingChecks: (keys, limit) => inSteps((steps) => readFailingChecks(steps, keys.map(encodeKey), limit)),
    checkHistories: (checks, limit) => inSteps((steps) => readCheckHistories(steps, checks.map(askedCheck), limit)),
    partitionMarks: (key, most, from) =>
      inSteps((steps) => fitting(most, (limit) => readPartitionMarks(steps, key, limit, from))),
    checks: (key, most, from) => inSteps((steps) => fitting(most, (limit) => readChecks(steps, key, limit, from))),
    planWipe: async (target) => {
      const plan = await inSteps((steps) => planWipe(steps, target));
      return typeof plan === "object" ? { plan: formatPlan(plan) } : plan;
    },
    continuePlan: async (text) => {
      const plan = await inSteps((steps) => continuePlan(steps, parsePlan(text)));
      return plan === "outdated" ? plan : { plan: formatPlan(plan) };
    },
    wipe: async (text, by, now) => {
      const plan = parsePlan(text);
      const wiped = await record((writer) => wipe(writer, plan, by, now));
      return typeof wiped === "number" ? read((database) => readEvent(database, wiped)) : wiped;
    },
    findHidden: () => access.read(findHidden),
    deleteHidden: (hidden) => write((writer, client) => deleteHidden(client, writer, hidden)),
    findExpired: (expiry, from) => access.read((client) => findExpired(client, expiry, from)),
    pruneEvents: (ids) => write((writer) => pruneEvents(writer, ids)),
    forgetKeys: (before) => write((writer, client) => forgetKeys(client, writer, before)),
    prunedId: (type) => access.read((client) => readPrunedId(client, type)),
    notePrune: (clock) => record((writer) => notePrune(writer, clock)),
    prunedAt: () => access.read(readPrunedAt),
    stats: () => inSteps(readStats),
    lastMaterializations: (limit, from) => inSteps((steps) => readLastMaterializations(steps, limit, from)),
    probe: () => record((writer) => probe(writer, file)),
    logId: () => read(async (database) => (await database.select().from(log).get())?.logId ?? ""),
    newestId: () => read(readNewestId),
    tokens: () => read(readTokens),
    createToken: (token, now) => record((writer) => createToken(writer, token, now)),
    revokeToken: (name, now) => record((writer) => revokeToken(writer, name, now)),
    noteTokenUses: (uses) => write((writer) => noteTokenUses(writer, uses)),
    close: () => access.close(),
  };
}

function askedCheck({ assetKey, checkName, partition }: CheckName): AskedCheck {
  const [key, name] = [encodeKey(assetKey), encodeText(checkName)];
  if (partition === undefined) return [key, name];
  return [key, name, partition === null ? null : encodeText(partition)];
}
