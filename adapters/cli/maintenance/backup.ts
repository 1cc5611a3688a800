import { backUp, CopyError } from "../../../storage/libsql/maintenance/backup.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { examples, logCommand } from "../log-command.ts";
import { databaseFileOf, formatBytes } from "./open-database.ts";

export const backupCommand = logCommand("backup")
  .description(
    "Copy a database, as it is at one moment, to a file that is not there yet. A server may go on writing meanwhile; " +
      "until the copy is there the database's write-ahead log grows by all that is written. To go back to the copy, " +
      "stop the server and let `runless restore` put it in the place of the database.",
  )
  .argument("<file>", "where to")
  .addHelpText("after", examples("backup monday.db", "backup /backup/monday.db --database-url file:/data/runless.db"))
  .action(async (file, options) => {
    const url = databaseFileOf(options, "copies");
    try {
      console.log(`Copied ${url} to ${file}: ${formatBytes(await backUp({ url }, file))}.`);
    } catch (error) {
      if (error instanceof CopyError) throw new CommandError(exitCodes.failed, error.message);
      throw error;
    }
  });
