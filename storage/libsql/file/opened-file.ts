import { existsSync, realpathSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { EventLogError } from "../../event-log-error.ts";
import { lostFile } from "../store-error.ts";
import { databaseFile } from "./database-file.ts";

/** What tells a file from every other one, whatever its name is. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

/** Which file a connection has open. Its name may be another file's later on, or nobody's. */
export interface OpenedFile {
  /** As it was named, from the root. */
  readonly name: string;
  /** Links followed. */
  readonly path: string;
  readonly identity: FileIdentity;
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
  if (statIfSame(name, identity) !== undefined && statIfSame(path, identity) !== undefined) return;
  throw new EventLogError("unavailable", lostFile(name));
}

/** The file that a path leads to, links followed: SQLite puts the write-ahead log and the index beside that. */
export function realFile(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

export function identityOf(path: string): FileIdentity | undefined {
  const found = statOf(path);
  return found && { dev: found.dev, ino: found.ino };
}

export function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** Undefined where the name is nobody's now, or another file's. */
export function statIfSame(path: string, identity: FileIdentity | undefined): Stats | undefined {
  const found = statOf(path);
  return found !== undefined && found.ino === identity?.ino && found.dev === identity.dev ? found : undefined;
}
