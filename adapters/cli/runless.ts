#!/usr/bin/env node
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { packageInfo } from "../config/package-info.ts";
import { printable } from "../config/printable.ts";
import { commands } from "./commands.ts";
import { exitCodeOf, exitCodes, exitCodesHelp } from "./exit-code.ts";

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

// The reader of a pipe has ended, as in `runless export | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
// Interrupted work may still be waiting.
if (process.exitCode === exitCodes.interrupted) process.exit();

/** Suggests what to write instead of arguments that a command does not know. It follows Commander's message. */
function usageHint(command: CommandUnknownOpts, message: string): string | undefined {
  const name = command.name();
  const [, option] = /unknown option '(.*?)'/.exec(message) ?? [];
  if (option !== undefined) return unknownOptionHint(command, name, option, message);
  if (!message.includes("too many arguments")) return undefined;
  const extra = printable(command.args[command.registeredArguments.length] ?? "");
  if (hasOption(command, "--asset-key")) return `For one asset: runless ${name} --asset-key ${extra}`;
  if (name === "assets")
    return `For one asset: runless asset ${extra}. For those below it: runless assets --prefix ${extra}`;
  if (hasOption(command, "--metadata") && extra.includes("=")) return `For metadata: --metadata ${extra}`;
  return undefined;
}

function unknownOptionHint(command: CommandUnknownOpts, name: string, option: string, message: string) {
  if (name === "exec") return "What belongs to the command stands behind --: runless exec <key> -- <command...>";
  if (name === "login" && option.startsWith("--token")) {
    return "The token is read from standard input: runless login <url> < token.txt";
  }
  if (option === "--stale") return "For assets that were not reported: runless assets --stale 24h";
  if (option === "--asset-key" && command.registeredArguments[0]?.name() === "key") {
    return `The key is an argument: runless ${name} <key>`;
  }
  if (message.includes("Did you mean")) return undefined;
  const names = command.options.filter(({ hidden }) => !hidden).map(({ long, short }) => long ?? short);
  return names.length === 0 ? undefined : `There are ${names.join(", ")}.`;
}

function hasOption({ options }: CommandUnknownOpts, name: string): boolean {
  return options.some(({ long }) => long === name);
}
