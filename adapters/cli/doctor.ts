import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { examineDatabase } from "../../storage/libsql/doctor.ts";
import { CommandError, exitCodes } from "./exit-code.ts";
import { examples, logCommand } from "./log-command.ts";
import { type Cell, printable, table } from "./table.ts";
import { assertExists, databaseOf, filePath, serverUrl } from "./with-log.ts";

const littleSpace = 2 ** 30;

export const doctorCommand = logCommand("doctor")
  .summary("Examine a database.")
  .description(
    "Examine a database: is it intact, are there migrations to come, is there space left, do the summaries say what a " +
      "recount says. Reads every event; changes nothing. A server may go on using it.",
  )
  .option("--json", "as JSON")
  .addHelpText("after", examples("doctor", "doctor --database-url file:/var/lib/runless/runless.db --json"))
  .action(async ({ json, ...options }) => {
    if (serverUrl(options) !== undefined) {
      throw new CommandError(exitCodes.usage, "The doctor examines a database, not a server: give --database-url.");
    }
    const { databaseUrl: url, databaseAuthToken: authToken } = databaseOf(options);
    if (url === ":memory:") throw new CommandError(exitCodes.usage, "There is nothing to examine in :memory:.");
    assertExists(url);
    const { integrity, schemaVersion, pendingMigrations, summaries } = await examineDatabase({ url, authToken });
    const freeBytes = url.startsWith("file:") ? await freeSpace(dirname(filePath(url))) : null;
    const healthy = integrity.length === 0 && summaries.wrong === 0;
    const report = {
      healthy,
      integrity,
      schema_version: schemaVersion,
      pending_migrations: pendingMigrations,
      free_bytes: freeBytes,
      summaries,
    };
    if (json === true) console.log(JSON.stringify(report));
    else {
      const rows = [
        finding(
          "integrity",
          integrity.length === 0,
          integrity.length === 0 ? "intact" : printable(integrity.join("; ")),
        ),
        finding("schema", pendingMigrations === 0, `version ${schemaVersion}, ${pendingMigrations} migrations to come`),
        finding("summaries", summaries.wrong === 0, `${summaries.recounted} recounted, ${summaries.wrong} wrong`),
        ...(freeBytes === null ? [] : [finding("space", freeBytes >= littleSpace, `${gigabytes(freeBytes)} GB free`)]),
      ];
      console.log(table(["WHAT", "STATE", "FINDING"], rows));
    }
    if (!healthy) process.exitCode = exitCodes.failed;
  });

function finding(what: string, good: boolean, text: string): readonly Cell[] {
  return [what, good ? { text: "ok", style: "green" } : { text: "look", style: "red" }, text];
}

async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function gigabytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
