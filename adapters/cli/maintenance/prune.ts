import { Command } from "@commander-js/extra-typings";
import { resolveRetention } from "../../config/config.ts";
import { expiryAt, type RetentionFlag, retentionFlags } from "../../config/retention.ts";
import { RetentionClock } from "../../server/retention-clock.ts";
import { type RetentionLog, trustedTime } from "../../server/run-retention.ts";
import { findDatabase } from "../destination.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { examples, jsonOption } from "../log-command.ts";
import { databaseAddress, openDatabase } from "./open-database.ts";

const helpOf = (flag: RetentionFlag) => `${retentionFlags[flag].help} (${retentionFlags[flag].env})`;

export const pruneCommand = new Command("prune")
  .description(
    "Delete the events and idempotency keys of a database that have expired, once, as a server with the same flags does " +
      "every hour. A server may go on using the database. A clock that runs more than a day ahead of what is there is not " +
      "followed unless --now says that it is right; servers on the database follow it from then on.",
  )
  .option("--database-url <url>", "the database (RUNLESS_DATABASE_URL, default file:runless.db)")
  .option("--retain-days <days>", helpOf("retain-days"))
  .option("--retain-days-materializations <days>", helpOf("retain-days-materializations"))
  .option("--retain-days-observations <days>", helpOf("retain-days-observations"))
  .option("--retain-days-checks <days>", helpOf("retain-days-checks"))
  .option("--retain-days-freshness <days>", helpOf("retain-days-freshness"))
  .option("--idempotency-days <days>", helpOf("idempotency-days"))
  .option("--now", "the clock is right, however far ahead it is")
  .option(...jsonOption)
  .addHelpText("after", examples("prune --retain-days 90", "prune --now --retain-days 90"))
  .action(async ({ databaseUrl, json, now: isRight, ...given }) => {
    const retention = resolveRetention(
      {
        "retain-days": given.retainDays,
        "retain-days-materializations": given.retainDaysMaterializations,
        "retain-days-observations": given.retainDaysObservations,
        "retain-days-checks": given.retainDaysChecks,
        "retain-days-freshness": given.retainDaysFreshness,
        "idempotency-days": given.idempotencyDays,
      },
      process.env,
    );
    const url = findDatabase({ databaseUrl }, "This deletes from a database");
    const { log } = await openDatabase(databaseAddress(url), { create: false });
    try {
      const now = Date.now();
      const clock = isRight === true ? now : await checkedClock(log, now);
      const events = await log.prune({ ...expiryAt(now, retention), clock });
      if (json === true) console.log(JSON.stringify({ events }));
      else console.log(`${events} events had expired, and are deleted.`);
    } finally {
      await log.close();
    }
  });

/** The clock to trust from now on. Rejects with CommandError if it is too far ahead. */
async function checkedClock(log: RetentionLog, now: number): Promise<number> {
  const trusted = (await trustedTime(log, now)) ?? now;
  const [clock, reading] = [new RetentionClock(trusted, 0), { now, elapsed: 0 }];
  if (clock.aheadBy(reading) === 0) return clock.trusted(reading);
  const [says, last] = [now, trusted].map((time) => new Date(time).toISOString());
  throw new CommandError(
    exitCodes.failed,
    `Nothing was deleted: the clock says ${says}, and what was trusted last is ${last}. Where the clock is right, say --now.`,
  );
}
