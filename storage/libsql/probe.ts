import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Client } from "@libsql/client";
import { EventLogError } from "../event-log-error.ts";
import { writeTransaction } from "./connection.ts";
import { filePath } from "./file-path.ts";

/** Where less is left, a commit of one page may pass and that of the next report fail. In bytes. */
const leastSpace = 1 << 20;

/** Commits a page without changing it. Throws where a report could not be recorded either. */
export async function probe(client: Client, url: string): Promise<void> {
  if (client.protocol === "file") {
    const { bavail, bsize } = await statfs(dirname(filePath(url)));
    if (bavail * bsize < leastSpace) throw new EventLogError("unavailable", `The disk of the database ${url} is full.`);
  }
  await writeTransaction(client, (transaction) => transaction.execute("UPDATE log SET log_id = log_id"));
}
