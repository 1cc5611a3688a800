import { resolve } from "node:path";
import { EventLogError } from "../event-log-error.ts";
import { identityOf } from "./opened-file.ts";
import { realFile } from "./real-file.ts";
import { lostFile } from "./store-error.ts";

/** Does what writes, and takes it for done only while the database is where the next start will look for it. */
export type FileGuard = <Result>(write: () => Promise<Result>) => Promise<Result>;

/**
 * A guard of the file at `path`, which is open already. SQLite goes on writing to a file that somebody removed or
 * replaced, or to its write-ahead log, and says that it is durable; all of it is gone when the process ends. So every
 * commit is followed by a look at both, before anybody is told of it.
 */
export function fileGuard(path: string): FileGuard {
  const file = resolve(path); // the process may go to another folder
  const opened = new Map([file, `${realFile(path)}-wal`].map((name) => [name, identityOf(name)]));
  let missing: string | undefined;

  function look(): void {
    missing = undefined;
    for (const [name, before] of opened) {
      const now = identityOf(name);
      if (before === undefined) opened.set(name, now); // the first write makes the write-ahead log
      if (before !== undefined && now !== before) missing ??= name;
    }
  }

  return async (write) => {
    if (missing !== undefined) look(); // it may have been put back
    if (missing !== undefined) throw new EventLogError("unavailable", `${lostFile(missing)} Nothing is recorded.`);
    const result = await write();
    look();
    if (missing === undefined) return result;
    throw new EventLogError("unknown_outcome", `${lostFile(missing)} What was just reported is likely to be lost.`);
  };
}
