import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { databaseFile } from "../../../storage/libsql/file/database-file.ts";
import {
  type Examination,
  examineDatabase,
  type TroubledDestination,
} from "../../../storage/libsql/maintenance/doctor.ts";
import { databaseName } from "../../../storage/libsql/store-error.ts";
import { printable } from "../../config/printable.ts";
import { hashOfFile } from "../../destinations/destinations-file.ts";
import { findDatabase } from "../destination.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { examples, jsonOption } from "../log-command.ts";
import { type Cell, table } from "../table.ts";
import { assertExists, databaseAddress } from "./open-database.ts";

const littleSpace = 2 ** 30;

export const doctorCommand = new Command("doctor")
  .option("--database-url <url>", "the database (RUNLESS_DATABASE_URL, default file:runless.db)")
  .option("--destinations <file>", "the file that servers should have (RUNLESS_DESTINATIONS)")
  .description(
    "Examine a database: is it intact, are there migrations to come, is there space left, do the summaries say what a " +
      "recount says. Reads every event; changes nothing. A server may go on using it.",
  )
  .option(...jsonOption)
  .addHelpText("after", examples("doctor", "doctor --database-url file:/var/lib/runless/runless.db --json"))
  .addHelpText(
    "after",
    `
Exit codes:
  0  sound, if with migrations to come or little space
  1  damaged, or with summaries that lie: the answer says what to do
  3  nothing to examine: there is no such file, it is no event log, or it is a newer runless's`,
  )
  .action(async ({ json, destinations: path = process.env.RUNLESS_DESTINATIONS, ...options }) => {
    const { url, authToken } = databaseAddress(findDatabase(options, "The doctor examines a database"));
    if (url === ":memory:") throw new CommandError(exitCodes.usage, "There is nothing to examine in :memory:.");
    assertExists({ url, authToken });
    const examination = await examineDatabase({ url, authToken });
    const file = databaseFile(url);
    const freeBytes = file === undefined ? null : await freeSpace(dirname(file));
    const findings = [...findingsOf(examination, freeBytes), ...(await fileFindings(path, examination))];
    const { log, integrity, schemaVersion, pendingMigrations, summaries } = examination;
    const healthy = log === undefined && integrity.length === 0 && (summaries?.wrong ?? 0) === 0;
    const advice = findings.map(({ advice }) => advice).filter((sentence) => sentence !== undefined);
    const report = {
      database: databaseName(url),
      healthy,
      integrity,
      schema_version: schemaVersion ?? null,
      pending_migrations: pendingMigrations,
      free_bytes: freeBytes,
      summaries: summaries ?? null,
      destinations: examination.destinations ?? null,
      advice,
    };
    if (json === true) console.log(JSON.stringify(report));
    else {
      const rows = findings.map((finding) => [finding.what, stateOf(finding), finding.text]);
      console.log([databaseName(url), table(["WHAT", "STATE", "FINDING"], rows), ...advice].join("\n\n"));
    }
    if (!healthy) process.exitCode = exitCodes.failed;
  });

interface Finding {
  readonly what: string;
  readonly text: string;
  /** What to do; undefined if nothing is wrong. */
  readonly advice: string | undefined;
  /** Whether it could not be examined. */
  readonly isUnknown?: boolean;
}

function stateOf({ advice, isUnknown }: Finding): Cell {
  if (advice !== undefined) return { text: "look", style: "red" };
  return isUnknown === true ? { text: "unknown", style: "yellow" } : { text: "ok", style: "green" };
}

function findingsOf(
  { log, integrity, schemaVersion, pendingMigrations, summaries, destinations = [] }: Examination,
  freeBytes: number | null,
): readonly Finding[] {
  const [damage] = integrity;
  const isSmall = freeBytes !== null && freeBytes < littleSpace;
  return [
    {
      what: "integrity",
      text: damage === undefined ? "intact" : `${integrity.length} found wrong, first ${printable(damage)}`,
      advice:
        damage &&
        "The file is damaged. Stop what writes to it, keep a copy of it with its -wal, and restore the latest backup. " +
          "Without one, SQLite's own shell gets out what is left: `sqlite3 runless.db .recover | sqlite3 recovered.db` " +
          "(take sqlite.org's where yours says SQL logic error: it was built without .recover). Then `runless export` " +
          "from that, and `runless import` into a new database, count it anew.",
    },
    ...(log === undefined ? [] : [{ what: "log", text: "damaged", advice: log }]),
    {
      what: "schema",
      text:
        schemaVersion === undefined
          ? "unreadable"
          : `version ${schemaVersion}, ${pendingMigrations} migrations to come`,
      advice:
        pendingMigrations > 0
          ? "The database is an older runless's. The next command or server of this one that opens it brings it up to date, " +
            "and the older one can't use it then: keep a copy."
          : undefined,
      isUnknown: schemaVersion === undefined,
    },
    {
      what: "summaries",
      text: summaries === undefined ? "not recounted" : `${summaries.recounted} recounted, ${summaries.wrong} wrong`,
      advice:
        summaries !== undefined && summaries.wrong > 0
          ? "Some of what is said of assets, partitions and checks is not what their events say. `runless export`, and " +
            "`runless import` into a new database, count them anew."
          : undefined,
      isUnknown: summaries === undefined,
    },
    ...destinations.map(destinationFinding),
    ...(freeBytes === null
      ? []
      : [
          {
            what: "space",
            text: `${(freeBytes / 2 ** 30).toFixed(1)} GB free`,
            advice: isSmall ? "The disk is nearly full. Once it is, reports are refused: make room." : undefined,
          },
        ]),
  ];
}

/** Servers with different files tell different destinations, whichever of them sends. */
async function fileFindings(path: string | undefined, { fileHash }: Examination): Promise<readonly Finding[]> {
  if (path === undefined || fileHash === undefined || (await hashOfFile(path)) === fileHash) return [];
  const advice = `The server that sends has another file of destinations than ${printable(path)}: give all servers the same, and send each SIGHUP.`;
  return [{ what: "destinations file", text: "differs", advice }];
}

function destinationFinding({ name, status, reason, parked }: TroubledDestination) {
  const shown = printable(name);
  const isTold = status === "active" && reason === null;
  const why = isTold ? "" : `The destination ${shown} is not told now: ${printable(reason ?? "nobody knows why")}. `;
  const refused =
    parked === 0 ? "" : `It refused ${parked} events: \`runless destinations parked ${shown}\` lists them. `;
  return {
    what: `destination ${shown}`,
    text: isTold ? `${parked} parked` : status === "active" ? "fails" : status,
    advice: `${why}${refused}\`runless destinations\` says more.`,
  };
}

async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
