import type { Client } from "@libsql/client";
import { eq } from "drizzle-orm";
import { drizzle, type LibSQLDatabase } from "drizzle-orm/libsql";
import type { AssetKey } from "../../core/index.ts";
import type { EventFilter, PageRequest } from "../event-log.ts";
import { EventLogError } from "../event-log-error.ts";
import { type DatabaseAddress, openConnection, withPatience } from "./connection.ts";
import { type EventRow, eventColumns } from "./event-row.ts";
import { driverError, isBusy } from "./failures.ts";
import type { Group, GroupResult } from "./group.ts";
import { migrate } from "./migrate.ts";
import { type AssetRows, readAsset } from "./read-asset.ts";
import { type PageOfRows, readPage } from "./read-page.ts";
import { asset, event } from "./schema.ts";
import { writeGroup } from "./write-group.ts";

/** What the event log asks of its database. What crosses here is plain data, so that it can cross threads. */
export interface LogDatabase {
  write(group: Group): Promise<GroupResult>;
  event(id: number): Promise<EventRow | undefined>;
  page(filter: EventFilter, page: Pick<PageRequest, "order" | "limit">, from: number | undefined): Promise<PageOfRows>;
  asset(key: AssetKey): Promise<AssetRows | undefined>;
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
    event: (id) =>
      read(async (database) => {
        const rows = database.select(eventColumns).from(event).innerJoin(asset, eq(asset.id, event.assetId));
        return await rows.where(eq(event.id, id)).get();
      }),
    page: (filter, page, from) => read((database) => readPage(database, filter, page, from)),
    asset: (key) => read((database) => readAsset(database, key)),
    close: async () => client.close(),
  };
}
