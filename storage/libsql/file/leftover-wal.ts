import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import { EventLogError } from "../../event-log-error.ts";
import { databaseName } from "../store-error.ts";
import { databaseFile } from "./database-file.ts";
import { realFile } from "./opened-file.ts";
import { isMarked, readWalContent, readWalHeader } from "./wal-format.ts";

/** How often the WAL is read again while another process writes to it. */
const attempts = 3;

/**
 * Throws EventLogError if a database's write-ahead log is damaged. Call it before SQLite opens the file: SQLite ignores
 * the part that it can't read, and overwrites it.
 */
export function assertWalIsWhole(url: string): void {
  const problem = leftoverWalProblem(url);
  if (problem !== undefined) throw new EventLogError("unusable_database", problem);
}

/** What is wrong with the write-ahead log beside a database file, and what to do. Undefined if nothing is wrong. */
export function leftoverWalProblem(url: string): string | undefined {
  const named = databaseFile(url);
  if (named === undefined) return undefined;
  const file = realFile(named);
  const wal = `${file}-wal`;
  const why = whyUnread(file, wal);
  if (why === undefined) return undefined;
  return `The write-ahead log ${wal} of the database ${databaseName(url)} is damaged: ${why}. What was reported last lies in it. Keep a copy of both files, and go back to a backup; to start without what the log holds, remove it.`;
}

function whyUnread(file: string, wal: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(wal, "r");
  } catch {
    return undefined; // there is no WAL, or SQLite says why it can't be opened
  }
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = fstatSync(descriptor);
      const why = before.size === 0 ? undefined : whyNotWhole(descriptor, file);
      const after = fstatSync(descriptor);
      if (why === undefined || (after.mtimeMs === before.mtimeMs && after.size === before.size)) return why;
    }
    return undefined; // the process that writes to it knows its content
  } finally {
    closeSync(descriptor); // SQLite's locks are on other files
  }
}

function whyNotWhole(wal: number, file: string): string | undefined {
  const header = readWalHeader(wal);
  if (header === undefined) {
    return isMarked(wal) ? "it was cut or written over while runless had it open" : "its header can't be read";
  }
  const { frames, lostCommits, isForeign } = readWalContent(wal, header);
  if (isForeign) return "its frames are not those of its header";
  // One may be the end of a commit that failed: a shorter one overwrote its beginning, or it was never acknowledged.
  if (lostCommits > 1) return `it can't be read beyond frame ${frames}, and ${lostCommits} commits lie behind that`;
  const isAlone = frames > 0 && (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;
  return isAlone ? "the file that it belongs to is gone or empty" : undefined;
}
