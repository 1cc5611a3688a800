#!/usr/bin/env node
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { packageInfo } from "../config/package-info.ts";
import { commands } from "./commands.ts";
import { exitCodeOf, exitCodes, exitCodesHelp } from "./exit-code.ts";
import { usageHint } from "./usage-hint.ts";

const program = new Command("runless")
  .description("Asset events that happen outside an orchestrator: report them, read them back, serve them.")
  .version(packageInfo().version)
  .addHelpText("after", () => `\n${exitCodesHelp}`);

// `runless report …`, and `runless help report`.
const asked = process.argv.slice(2).find((word) => !word.startsWith("-") && word !== "help");
for (const { name, summary, load } of commands) {
  program.addCommand(name === asked ? await load() : new Command(name).summary(summary));
}

failInWords(program, "runless");

function failInWords(command: CommandUnknownOpts, name: string): void {
  command.exitOverride().showHelpAfterError(`Run ${name} --help to see what there is.`);
  command.configureOutput({
    outputError: (message, write) => {
      const hint = usageHint(command, message);
      write(hint === undefined ? message : `${message}${hint}\n`);
    },
  });
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
