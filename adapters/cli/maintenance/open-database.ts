import { existsSync } from "node:fs";
import { databaseFile } from "../../../storage/libsql/file/database-file.ts";
import { hasEventLog } from "../../../storage/libsql/maintenance/has-event-log.ts";
import { databaseName } from "../../../storage/libsql/store-error.ts";
import { openStores } from "../../../storage/open-stores.ts";
import type { Stores } from "../../../storage/stores.ts";
import { resolveDatabase } from "../../config/config.ts";
import { findDatabase, type LogOptions } from "../destination.ts";
import { CommandError, exitCodes } from "../exit-code.ts";

export interface DatabaseAddress {
  readonly url: string;
  readonly authToken: string | undefined;
}

export interface OpenOptions {
  /** Whether to create a missing database. */
  readonly create: boolean;
  /** Ends the error message of a missing database with alternatives. */
  readonly instead?: string;
}

/** The address of a database, with the token from the environment. Throws ConfigError. */
export function databaseAddress(url: string): DatabaseAddress {
  const { databaseUrl, databaseAuthToken } = resolveDatabase({ ...process.env, RUNLESS_DATABASE_URL: url });
  return { url: databaseUrl, authToken: databaseAuthToken };
}

/** Throws CommandError for a missing file, before the driver would create it. */
export function assertExists({ url }: DatabaseAddress, instead = ""): void {
  const file = databaseFile(url);
  if (file === undefined || existsSync(file)) return;
  throw new CommandError(exitCodes.unreachable, `There is no database ${url}. Name one with --database-url${instead}.`);
}

/**
 * Opens the stores in a database. It creates a database only if that was asked for: a missing one is most likely a wrong
 * name or folder, and nobody would read what is reported to a new one.
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

/** The url of the database file of a command that works on files alone. */
export function databaseFileOf(options: LogOptions, does: string): string {
  const address = databaseAddress(findDatabase(options, `This ${does} a database file`, " file:<path>"));
  if (!address.url.startsWith("file:")) {
    throw new CommandError(exitCodes.usage, `This ${does} a database file: give --database-url file:<path>.`);
  }
  assertExists(address);
  return address.url;
}

const units = ["bytes", "KB", "MB", "GB", "TB"];

/** `1.4 GB`, in units of 1,024. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${step === 0 ? bytes : (bytes / 1024 ** step).toFixed(1)} ${units[step]}`;
}
