import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { printable } from "../config/printable.ts";

/** What to write instead of what a command did not understand, where that is known; Commander's message says what it was. */
export function usageHint(command: CommandUnknownOpts, message: string): string | undefined {
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
