import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Client } from "@libsql/client";
import { isReadOnly } from "../failures.ts";
import { writeNothing } from "../maintenance/probe.ts";
import { cannotOpen } from "../store-error.ts";
import { databaseFile } from "./database-file.ts";
import { realFile } from "./opened-file.ts";

export const mustBeWritable = "its folder must be there, and both must be writable.";

/**
 * Throws EventLogError where a file could only be read. To be asked before SQLite opens it: that it does all the same, and
 * the write-ahead log and the index that it makes beside the file then are as unwritable, and stay.
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
  if (!existsSync(path)) return; // SQLite makes it
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    // Whoever closes the file as its last user removes what lies beside it.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw cannotOpen(url, error, needs);
  }
}

/** Throws EventLogError on a disk that is mounted to be read only, which Deno does not see before. */
export async function assertWrites(client: Client, url: string): Promise<void> {
  // What is locked or full now may pass.
  await client.executeMultiple(writeNothing).catch((error) => {
    if (isReadOnly(error)) throw cannotOpen(url, error, mustBeWritable);
  });
}
