import { existsSync, realpathSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { EventLogError } from "../../event-log-error.ts";
import { lostFile } from "../store-error.ts";
import { databaseFile } from "./database-file.ts";

/** Identifies a file independently of its name. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

/** The file that a connection has open. Later its name may belong to another file, or to none. */
export interface OpenedFile {
  /** The absolute path of the name. */
  readonly name: string;
  /** The path with links followed. */
  readonly path: string;
  readonly identity: FileIdentity;
}

/** The open file that a url names. Undefined if the url names no file. */
export function openedFile(url: string): OpenedFile | undefined {
  const named = databaseFile(url);
  if (named === undefined) return undefined;
  const identity = identityOf(named);
  return identity === undefined ? undefined : { name: resolve(named), path: realFile(named), identity };
}

/** Throws EventLogError if the file is no longer at its path: another one must not be used instead, nor be created. */
export function assertThere({ name, path, identity }: OpenedFile): void {
  if (statIfSame(name, identity) !== undefined && statIfSame(path, identity) !== undefined) return;
  throw new EventLogError("unavailable", lostFile(name));
}

/** The path with links followed. SQLite puts the write-ahead log and the index beside that file. */
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

/** Undefined if the path names no file now, or another one. */
export function statIfSame(path: string, identity: FileIdentity | undefined): Stats | undefined {
  const found = statOf(path);
  return found !== undefined && found.ino === identity?.ino && found.dev === identity.dev ? found : undefined;
}
