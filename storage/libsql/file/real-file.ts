import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";

/** The file that a path leads to, links followed: SQLite puts the write-ahead log and the index beside that. */
export function realFile(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}
