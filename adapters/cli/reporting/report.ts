import { examples } from "../log-command.ts";
import { readReports, reportingCommand, sendReports } from "./report-input.ts";

export const reportCommand = reportingCommand("report")
  .description("Report that an asset was built: a materialization.")
  .addHelpText(
    "after",
    examples(
      "report s3/orders --partition 2026-11-23 --metadata rows=5",
      `report s3/orders --metadata-json '{"schema": ["id", "total"]}' --data-version v1`,
      "report s3/orders --partitions 2026-09-01..2026-11-29 --description 'filled in again'",
      "report s3/orders --url http://127.0.0.1:3000 --idempotency-key nightly-2026-11-23",
    ),
  )
  .action(async (key, options) => {
    const reports = readReports("ASSET_MATERIALIZATION", key, options);
    await sendReports(options, reports);
  });
