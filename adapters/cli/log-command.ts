import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { type AssetKey, parseAssetKey } from "../../core/asset-key.ts";

/** A command that talks to a log: a server's, or one in a database that it opens itself. */
export function logCommand(name: string) {
  return new Command(name)
    .option("--url <url>", "the server to talk to (RUNLESS_URL, or what runless login says)")
    .option("--token <token>", "the server's token (RUNLESS_TOKEN, which other users of the machine don't see)")
    .option("--database-url <url>", "the database to open instead (RUNLESS_DATABASE_URL, or file:runless.db here)");
}

/** Of commands that write: elsewhere, a database that is not there is most likely a wrong name. */
export const createOption = ["--create", "make the database if it is not there yet", false] as const;

/** Of commands that list: how much, from where on, and how it is written. */
export const limitOption = ["--limit <count>", "how many", readCount, 50] as const;
export const cursorOption = ["--cursor <cursor>", "where the last list ended"] as const;
export const jsonOption = ["--json", "as JSON"] as const;

/** The examples at the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ runless ${line}`).join("\n")}`;
}

export function readAssetKey(text: string): AssetKey {
  const key = parseAssetKey(text);
  if (key !== undefined) return key;
  throw new InvalidArgumentError("An asset key is parts joined by / or a JSON array of strings.");
}

export function readCount(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 1.");
}

export function readEventId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("An event's id is a whole number.");
}
