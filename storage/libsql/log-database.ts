import type { Client } from "@libsql/client";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { drizzle } from "drizzle-orm/libsql/http";
import type { AssetKey } from "../../core/index.ts";
import type { AssetFilter, EventFilter, PageRequest, WipeTarget } from "../event-log.ts";
import { type DatabaseAddress, isFile, openConnection, withPatience } from "./connection.ts";
import type { EventRow } from "./event-row.ts";
import { isBusy } from "./failures.ts";
import { fitting } from "./fitting.ts";
import type { Group, GroupResult } from "./group.ts";
import { migrate } from "./migrate.ts";
import { purgeStep } from "./purge.ts";
import { type AssetRows, readAssets } from "./read-asset.ts";
import { readEvent, readNewestId } from "./read-event.ts";
import {
  type CheckPosition,
  type ListOfRows,
  readAssetList,
  readChecks,
  readPartitions,
  type SummaryRow,
} from "./read-lists.ts";
import { type PageOfRows, readPage } from "./read-page.ts";
import { withRemotePatience } from "./remote-patience.ts";
import { remoteWriter } from "./remote-writer.ts";
import { log } from "./schema.ts";
import { encodeKey } from "./sortable-text.ts";
import { storeError } from "./store-error.ts";
import { wipe } from "./wipe.ts";
import { writeGroup } from "./write-group.ts";

// For a remote database that can't be reached, in milliseconds.
const patience = 3_000;
const startPatience = 10_000;

/** What the event log asks of its database. What crosses here is plain data, so that it can cross threads. */
export interface LogDatabase {
  write(group: Group): Promise<GroupResult>;
  event(id: number): Promise<EventRow | undefined>;
  page(filter: EventFilter, page: Pick<PageRequest, "order" | "limit">, from: number | undefined): Promise<PageOfRows>;
  asset(key: AssetKey): Promise<AssetRows | undefined>;
  assets(filter: AssetFilter, limit: number, from: string | undefined): Promise<ListOfRows<AssetRows, string>>;
  partitions(key: AssetKey, limit: number, from: string | undefined): Promise<ListOfRows<SummaryRow, string>>;
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
  const isRemote = !isFile(address);
  try {
    await (isRemote ? withRemotePatience(() => migrate(client), startPatience) : migrate(client));
  } catch (error) {
    client.close();
    throw storeError(error, address.url);
  }

  /** Once a prepared statement has met a lock, its connection can't be trusted: see connection.ts. */
  function onFile<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    return withPatience(async () => {
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
  }

  async function use<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    try {
      return await (isRemote ? withRemotePatience(() => work(client), patience) : onFile(work));
    } catch (error) {
      throw storeError(error, address.url);
    }
  }
  const writeRemotely = isRemote ? remoteWriter(client) : undefined;
  const read = <Result>(work: (database: LibSQLDatabase) => Promise<Result>) => use((client) => work(drizzle(client)));

  return {
    write: (group) => use((client) => (writeRemotely ? writeRemotely(group) : writeGroup(client, group))),
    event: (id) => read((database) => readEvent(database, id)),
    page: (filter, page, from) =>
      read((database) => fitting(page.limit, (limit) => readPage(database, filter, { ...page, limit }, from))),
    asset: (key) => read(async (database) => (await readAssets(database, [encodeKey(key)]))[0]),
    assets: (filter, most, from) =>
      read((database) => fitting(most, (limit) => readAssetList(database, filter, limit, from))),
    partitions: (key, most, from) =>
      read((database) => fitting(most, (limit) => readPartitions(database, key, limit, from))),
    checks: (key, most, from) => read((database) => fitting(most, (limit) => readChecks(database, key, limit, from))),
    wipe: async (target, by, now) => {
      const traceId = await use((client) => wipe(client, target, by, now));
      return traceId === undefined ? undefined : read((database) => readEvent(database, traceId));
    },
    purgeStep: () => use(purgeStep),
    logId: () => read(async (database) => (await database.select().from(log).get())?.logId ?? ""),
    newestId: () => read(readNewestId),
    close: async () => client.close(),
  };
}
