import type { Client } from "@libsql/client";
import { drizzle, type LibSQLDatabase } from "drizzle-orm/libsql";
import type { AssetKey } from "../../core/index.ts";
import type { AssetFilter, AssetListRequest, CheckName, EventFilter, PageRequest, WipeTarget } from "../event-log.ts";
import { EventLogError } from "../event-log-error.ts";
import { type DatabaseAddress, openConnection, withPatience } from "./connection.ts";
import type { EventRow } from "./event-row.ts";
import { driverError, isBusy } from "./failures.ts";
import type { Group, GroupResult } from "./group.ts";
import { migrate } from "./migrate.ts";
import { purgeStep } from "./purge.ts";
import { type AssetRows, readAssets } from "./read-asset.ts";
import { type AssetPosition, readAssetList } from "./read-asset-list.ts";
import { readEvent, readNewestId } from "./read-event.ts";
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
import { type CheckHistoryRow, type MarkRow, readCheckHistories, readRecent } from "./read-recent.ts";
import { log } from "./schema.ts";
import { encodeKey, encodeText } from "./sortable-text.ts";
import { wipe } from "./wipe.ts";
import { writeGroup } from "./write-group.ts";

/** What the event log asks of its database. What crosses here is plain data, so that it can cross threads. */
export interface LogDatabase {
  write(group: Group): Promise<GroupResult>;
  event(id: number): Promise<EventRow | undefined>;
  page(filter: EventFilter, page: Pick<PageRequest, "order" | "limit">, from: number | undefined): Promise<PageOfRows>;
  asset(key: AssetKey): Promise<AssetRows | undefined>;
  assets(
    filter: AssetFilter,
    page: Pick<AssetListRequest, "limit" | "order">,
    from: AssetPosition | undefined,
  ): Promise<ListOfRows<AssetRows, AssetPosition>>;
  recent(keys: readonly AssetKey[], limit: number): Promise<readonly (readonly MarkRow[])[]>;
  partitions(key: AssetKey, limit: number, from: string | undefined): Promise<ListOfRows<SummaryRow, string>>;
  checkHistories(checks: readonly CheckName[], limit: number): Promise<readonly CheckHistoryRow[]>;
  partitionMarks(key: AssetKey, limit: number, from: string | undefined): Promise<ListOfRows<PartitionMarkRow, string>>;
  checks(key: AssetKey, limit: number, from: CheckPosition | undefined): Promise<ListOfRows<SummaryRow, CheckPosition>>;
  /** Answers the trace. */
  wipe(target: WipeTarget, by: string | null, now: number): Promise<EventRow | undefined>;
  /** Deletes some of what wipes have hidden; answers whether there is more. */
  purgeStep(): Promise<boolean>;
  logId(): Promise<string>;
  /** The id of the newest event, 0 where there is none. */
  newestId(): Promise<number>;
  close(): Promise<void>;
}

/** Opens the database, and creates or migrates it. Failures are EventLogErrors. */
export async function openLogDatabase(address: DatabaseAddress): Promise<LogDatabase> {
  let client = await openConnection(address);
  try {
    await migrate(client);
  } catch (error) {
    client.close();
    throw asEventLogError(error);
  }

  /** Once a prepared statement has met a lock, its connection can't be trusted: see connection.ts. */
  async function use<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    try {
      return await withPatience(async () => {
        try {
          return await work(client);
        } catch (error) {
          if (isBusy(error)) {
            const suspect = client;
            client = await openConnection(address);
            suspect.close();
          }
          throw error;
        }
      });
    } catch (error) {
      throw asEventLogError(error);
    }
  }
  const read = <Result>(work: (database: LibSQLDatabase) => Promise<Result>) => use((client) => work(drizzle(client)));

  function asEventLogError(error: unknown): EventLogError {
    if (error instanceof EventLogError) return error;
    const cause = driverError(error) ?? error;
    const why = cause instanceof Error ? cause.message : String(cause);
    return new EventLogError("unavailable", `The database ${address.url} failed: ${why}`, { cause: error });
  }

  return {
    write: (group) => use((client) => writeGroup(client, group)),
    event: (id) => read((database) => readEvent(database, id)),
    page: (filter, page, from) => read((database) => readPage(database, filter, page, from)),
    asset: (key) => read(async (database) => (await readAssets(database, [encodeKey(key)]))[0]),
    assets: (filter, page, from) => read((database) => readAssetList(database, filter, page, from)),
    recent: (keys, limit) => read((database) => readRecent(database, keys.map(encodeKey), limit)),
    partitions: (key, limit, from) => read((database) => readPartitions(database, key, limit, from)),
    checkHistories: (checks, limit) =>
      read((database) =>
        readCheckHistories(
          database,
          checks.map(({ assetKey, checkName }) => [encodeKey(assetKey), encodeText(checkName)]),
          limit,
        ),
      ),
    partitionMarks: (key, limit, from) => read((database) => readPartitionMarks(database, key, limit, from)),
    checks: (key, limit, from) => read((database) => readChecks(database, key, limit, from)),
    wipe: (target, by, now) =>
      use(async (client) => {
        const traceId = await wipe(client, target, by, now);
        return traceId === undefined ? undefined : readEvent(drizzle(client), traceId);
      }),
    purgeStep: () => use(purgeStep),
    logId: () => read(async (database) => (await database.select().from(log).get())?.logId ?? ""),
    newestId: () => read(readNewestId),
    close: async () => client.close(),
  };
}
