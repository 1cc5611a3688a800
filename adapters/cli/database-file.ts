import { CommandError, exitCodes } from "./exit-code.ts";
import { assertExists, databaseOf, type LogOptions, serverUrl } from "./with-log.ts";

/** The url of the database file that is meant, for a command that can do what it does to nothing else. */
export function databaseFileOf(options: LogOptions, does: string): string {
  const { databaseUrl } = databaseOf(options);
  if (serverUrl(options) !== undefined || !databaseUrl.startsWith("file:")) {
    throw new CommandError(exitCodes.usage, `This ${does} a database file: give --database-url file:<path>.`);
  }
  assertExists(databaseUrl);
  return databaseUrl;
}
