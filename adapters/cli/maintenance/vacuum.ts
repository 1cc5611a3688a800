import { vacuum } from "../../../storage/libsql/maintenance/vacuum.ts";
import { examples, logCommand } from "../log-command.ts";
import { databaseFileOf, formatBytes } from "./open-database.ts";

export const vacuumCommand = logCommand("vacuum")
  .description(
    "Give the space that wipes and retention have left in a database file back to the file system, in small steps. A " +
      "server may go on writing meanwhile. Without this the space is used for new events.",
  )
  .addHelpText("after", examples("vacuum", "vacuum --database-url file:/data/runless.db"))
  .action(async (options) => {
    const url = databaseFileOf(options, "shrinks");
    let first: number | undefined;
    let last = 0;
    await vacuum({ url }, ({ all, free }) => {
      first ??= all;
      last = all;
      if (process.stderr.isTTY === true) process.stderr.write(`\r\u001b[K${formatBytes(free)} to go`);
    });
    if (process.stderr.isTTY === true) process.stderr.write("\r\u001b[K");
    console.log(`${url} is ${formatBytes(last)}, ${formatBytes((first ?? last) - last)} less than before.`);
  });
