#!/usr/bin/env node
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { packageInfo } from "../package-info.ts";
import { assetCommand } from "./asset.ts";
import { assetsCommand } from "./assets.ts";
import { backupCommand } from "./backup.ts";
import { checksCommand } from "./checks.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { eventsCommand } from "./events.ts";
import { execCommand } from "./exec.ts";
import { exitCodeOf, exitCodes, exitCodesHelp } from "./exit-code.ts";
import { exportCommand } from "./export.ts";
import { flushCommand } from "./flush.ts";
import { importCommand } from "./import.ts";
import { loginCommand } from "./login.ts";
import { partitionsCommand } from "./partitions.ts";
import { pruneCommand } from "./prune.ts";
import { reportCommand } from "./report.ts";
import { reportCheckCommand } from "./report-check.ts";
import { reportObservationCommand } from "./report-observation.ts";
import { serveCommand } from "./serve.ts";
import { tailCommand } from "./tail.ts";
import { tokenCommand } from "./token.ts";
import { vacuumCommand } from "./vacuum.ts";
import { wipeCommand } from "./wipe.ts";

const program = new Command("runless")
  .description("Asset events that happen outside an orchestrator: report them, read them back, serve them.")
  .version(packageInfo().version)
  .addHelpText("after", () => `\n${exitCodesHelp}`)
  .addCommand(serveCommand)
  .addCommand(reportCommand)
  .addCommand(reportCheckCommand)
  .addCommand(reportObservationCommand)
  .addCommand(execCommand)
  .addCommand(flushCommand)
  .addCommand(loginCommand)
  .addCommand(assetsCommand)
  .addCommand(assetCommand)
  .addCommand(eventsCommand)
  .addCommand(partitionsCommand)
  .addCommand(checksCommand)
  .addCommand(tailCommand)
  .addCommand(wipeCommand)
  .addCommand(exportCommand)
  .addCommand(importCommand)
  .addCommand(doctorCommand)
  .addCommand(backupCommand)
  .addCommand(pruneCommand)
  .addCommand(vacuumCommand)
  .addCommand(tokenCommand)
  .addCommand(demoCommand);

failInWords(program, "runless");

function failInWords(command: CommandUnknownOpts, name: string): void {
  command.exitOverride().showHelpAfterError(`Run ${name} --help to see what there is.`);
  for (const part of command.commands) failInWords(part, `${name} ${part.name()}`);
}

// `runless export | head` has read enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
// What was interrupted may wait for something still.
if (process.exitCode === exitCodes.interrupted) process.exit();
