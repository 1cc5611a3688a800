import { dirname } from "node:path";
import { EventLogError } from "../../event-log-error.ts";
import { type Writer, writeNothing, writeTransaction } from "../write/write-transaction.ts";

/** With less space, a commit of one page may succeed and that of the next report fail. In bytes. */
const leastSpace = 1 << 20;

/** Commits a page without changing it. Throws if a report could not be recorded either. */
export async function probe(writer: Writer, file: string | undefined): Promise<void> {
  if (file !== undefined) {
    const { statfs } = await import("node:fs/promises"); // only here, since a Worker runtime has no files
    const { bavail, bsize } = await statfs(dirname(file));
    if (bavail * bsize < leastSpace)
      throw new EventLogError("unavailable", `The disk of the database ${file} is full.`);
  }
  await writeTransaction(writer, (transaction) => transaction.execute({ sql: writeNothing }));
}
