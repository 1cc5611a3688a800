import { Command } from "@commander-js/extra-typings";
import { databaseFile } from "../../../storage/libsql/file/database-file.ts";
import { CopyError } from "../../../storage/libsql/maintenance/backup.ts";
import { restore } from "../../../storage/libsql/maintenance/restore.ts";
import { findDatabase } from "../destination.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { examples } from "../log-command.ts";
import { databaseAddress, formatBytes } from "./open-database.ts";

export const restoreCommand = new Command("restore")
  .description(
    "Put a copy that `runless backup` made in the place of a database, which no server may have open meanwhile. What was " +
      "there is kept beside it. Ids go on far above those of the copy, so that none is used twice and who follows the log " +
      "misses nothing. Events that came after the copy was made are gone, and tokens that were revoked since are good again.",
  )
  .argument("<file>", "the copy, which stays as it is")
  .option("--database-url <url>", "where to (RUNLESS_DATABASE_URL, default file:runless.db)")
  .addHelpText(
    "after",
    examples("restore monday.db", "restore /backup/monday.db --database-url file:/var/lib/runless/runless.db"),
  )
  .action(async (copy, options) => {
    const { url } = databaseAddress(findDatabase(options, "This puts a copy in the place of a database"));
    const file = databaseFile(url);
    if (file === undefined) {
      throw new CommandError(exitCodes.usage, "This is for a database file: give --database-url file:<path>.");
    }
    try {
      const { bytes, before, tokens } = await restore(copy, file);
      const kept = before === undefined ? "" : ` What was there is in ${before}.`;
      console.log(`${url} is what ${copy} was: ${formatBytes(bytes)}.${kept}`);
      if (tokens > 0) {
        console.error(
          "runless: tokens that were revoked since the copy was made are good again: see runless token list",
        );
      }
    } catch (error) {
      if (error instanceof CopyError) throw new CommandError(exitCodes.failed, error.message);
      throw error;
    }
  });
