import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Client } from "@libsql/client";
import { isReadOnly } from "../failures.ts";
import { cannotOpen } from "../store-error.ts";
import { writeNothing } from "../write/write-transaction.ts";
import { databaseFile } from "./database-file.ts";
import { realFile } from "./opened-file.ts";

export const mustBeWritable = "its folder must be there, and both must be writable.";

/**
 * Throws EventLogError if a file is read-only. Call it before SQLite opens the file: SQLite would open it, and create a
 * write-ahead log and an index beside it that are read-only too, and stay.
 */
export function assertWritable(url: string): void {
  const file = realFile(databaseFile(url) ?? "");
  for (const path of [dirname(file), file]) assertAccess(path, url, mustBeWritable);
  for (const path of [`${file}-wal`, `${file}-shm`]) {
    const needs = `${path} must be writable, as must the other of -wal and -shm. Make them so, and remove neither: the newest events may lie in the -wal.`;
    assertAccess(path, url, needs);
  }
}

function assertAccess(path: string, url: string, needs: string): void {
  if (!existsSync(path)) return; // SQLite creates it
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    // The last user of a file removes its WAL and index when it closes.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw cannotOpen(url, error, needs);
  }
}

/** Throws EventLogError on a disk that is mounted read-only, which Deno does not notice before. */
export async function assertWrites(client: Client, url: string): Promise<void> {
  // A lock or a full disk may pass.
  await client.executeMultiple(writeNothing).catch((error) => {
    if (isReadOnly(error)) throw cannotOpen(url, error, mustBeWritable);
  });
}
