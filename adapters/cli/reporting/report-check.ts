import { Option } from "@commander-js/extra-typings";
import { CommandError, exitCodes } from "../exit-code.ts";
import { examples } from "../log-command.ts";
import { readReports, reportingCommand, sendReports } from "./report-input.ts";

export const reportCheckCommand = reportingCommand("report-check")
  .description("Report that a check of an asset passed or failed.")
  .requiredOption("--check-name <name>", "what was checked")
  .addOption(new Option("--passed", "the check passed").conflicts("failed"))
  .addOption(new Option("--failed", "the check failed"))
  .addOption(new Option("--severity <severity>", "how much a failure matters").choices(["WARN", "ERROR"]))
  .addHelpText(
    "after",
    examples(
      "report-check s3/orders --check-name no_nulls --passed",
      "report-check s3/orders --check-name fresh --failed --severity WARN --metadata age_hours=30",
    ),
  )
  .action(async (key, options) => {
    if (options.passed === undefined && options.failed === undefined) {
      throw new CommandError(exitCodes.usage, "Give --passed or --failed.");
    }
    const check = {
      check_name: options.checkName,
      passed: options.passed === true,
      severity: options.severity ?? null,
    };
    const reports = readReports("ASSET_CHECK_EVALUATION", key, options, check);
    await sendReports(options, reports);
  });
