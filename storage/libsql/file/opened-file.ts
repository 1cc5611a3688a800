import { statSync } from "node:fs";
import { resolve } from "node:path";
import { EventLogError } from "../../event-log-error.ts";
import { lostFile } from "../store-error.ts";
import { databaseFile } from "./database-file.ts";
import { realFile } from "./real-file.ts";

/** Which file a connection has open. Its name may be another file's later on, or nobody's. */
export interface OpenedFile {
  /** As it was named, from the root. */
  readonly name: string;
  /** Links followed. */
  readonly path: string;
  readonly identity: string;
}

/** The file that a url names, which is open; undefined where that is no file. */
export function openedFile(url: string): OpenedFile | undefined {
  const named = databaseFile(url);
  if (named === undefined) return undefined;
  const identity = identityOf(named);
  return identity === undefined ? undefined : { name: resolve(named), path: realFile(named), identity };
}

/** Throws EventLogError where the file is no longer where it was: another must not be taken for it, nor be made. */
export function assertThere({ name, path, identity }: OpenedFile): void {
  if (identityOf(name) === identity && identityOf(path) === identity) return;
  throw new EventLogError("unavailable", lostFile(name));
}

export function identityOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
