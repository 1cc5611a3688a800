import { existsSync } from "node:fs";
import { databaseFile } from "../../../storage/libsql/file/database-file.ts";
import { hasEventLog } from "../../../storage/libsql/maintenance/has-event-log.ts";
import { databaseName } from "../../../storage/libsql/store-error.ts";
import { openStores } from "../../../storage/open-stores.ts";
import type { Stores } from "../../../storage/stores.ts";
import { resolveDatabase } from "../../config/config.ts";
import { CommandError, exitCodes } from "../exit-code.ts";

export interface DatabaseAddress {
  readonly url: string;
  readonly authToken: string | undefined;
}

export interface OpenOptions {
  /** Whether to make a database that is not there yet. */
  readonly create: boolean;
  /** What else may be done where it is not there: it ends the sentence that says so. */
  readonly instead?: string;
}

/** The database at an address, with the token that the environment gives it. Throws ConfigError. */
export function databaseAddress(url: string): DatabaseAddress {
  const { databaseUrl, databaseAuthToken } = resolveDatabase({ ...process.env, RUNLESS_DATABASE_URL: url });
  return { url: databaseUrl, authToken: databaseAuthToken };
}

/** Refuses a file that is not there, before the driver makes it. */
export function assertExists({ url }: DatabaseAddress, instead = ""): void {
  const file = databaseFile(url);
  if (file === undefined || existsSync(file)) return;
  throw new CommandError(exitCodes.unreachable, `There is no database ${url}. Name one with --database-url${instead}.`);
}

/**
 * Opens what is kept at an address. A database is only made where that was asked for: a missing one is most likely a
 * wrong name or a wrong folder, and what is reported to a new one is read by nobody.
 */
export async function openDatabase(address: DatabaseAddress, { create, instead = "" }: OpenOptions): Promise<Stores> {
  if (address.url === ":memory:") {
    throw new CommandError(
      exitCodes.usage,
      "A database in :memory: goes away with this command. Name a file or a server.",
    );
  }
  if (!create) {
    assertExists(address, instead);
    if (!(await hasEventLog(address))) {
      const problem = `There is no event log in ${databaseName(address.url)}: no runless has written to it`;
      throw new CommandError(exitCodes.unreachable, `${problem}. Name another with --database-url${instead}.`);
    }
  }
  return openStores(address);
}
