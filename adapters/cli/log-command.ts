import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { type AssetKey, parseAssetKey } from "../../core/asset-key.ts";
import { parseId } from "../../core/id.ts";
import { readRelativeTime } from "../config/relative-time.ts";

/** A command that uses a log: that of a server, or one in a database that it opens itself. */
export function logCommand(name: string) {
  return new Command(name)
    .option("--url <url>", "the server to talk to (RUNLESS_URL, or what runless login says)")
    .option("--token <token>", "the server's token (RUNLESS_TOKEN, which other users of the machine don't see)")
    .option("--database-url <url>", "the database to open instead (RUNLESS_DATABASE_URL, or file:runless.db here)");
}

/** For commands that write. For others, a missing database is most likely a wrong name. */
export const createOption = ["--create", "make the database if it is not there yet", false] as const;

/** For commands that list. */
export const limitOption = ["--limit <count>", "how many", readCount, 50] as const;
export const cursorOption = ["--cursor <cursor>", "where the last list ended"] as const;
export const jsonOption = ["--json", "as JSON"] as const;

/** Examples for the end of a command's help. */
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
  const id = parseId(text);
  if (id !== undefined) return id;
  throw new InvalidArgumentError("An event's id is a whole number.");
}

/** The help text on the values of an option that takes a time. */
export const timeForms =
  "a time (ISO 8601 with a zone), a day of UTC (2026-11-29, today, yesterday) or how long ago (24h, 90d)";

/** Reads a time, absolute or relative, and returns it in the form of the API. */
export function readTime(text: string, _before?: unknown, now = Date.now()): string {
  const time = readRelativeTime(text, now);
  if (time !== undefined) return time;
  throw new InvalidArgumentError(
    "It must be a time (ISO 8601 with a zone, as 2026-11-30T05:50:00Z), a day (2026-11-29, today, yesterday), or how long ago (30m, 24h, 90d or 2w).",
  );
}
