import { findDatabase, type LogOptions } from "../destination.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { assertExists, databaseAddress } from "./open-database.ts";

/** The url of the database file that is meant, for a command that can do what it does to nothing else. */
export function databaseFileOf(options: LogOptions, does: string): string {
  const address = databaseAddress(findDatabase(options, `This ${does} a database file`, " file:<path>"));
  if (!address.url.startsWith("file:")) {
    throw new CommandError(exitCodes.usage, `This ${does} a database file: give --database-url file:<path>.`);
  }
  assertExists(address);
  return address.url;
}
