import { examples } from "../log-command.ts";
import { readReports, reportingCommand, sendReports } from "./report-input.ts";

export const reportObservationCommand = reportingCommand("report-observation")
  .description("Report what was seen of an asset that somebody else builds.")
  .addHelpText("after", examples("report-observation vendor/prices --data-version 2026-11-23 --metadata rows=812"))
  .action(async (key, options) => {
    const reports = readReports("ASSET_OBSERVATION", key, options);
    await sendReports(options, reports);
  });
