import type { FreshnessStateChange } from "../../core/index.ts";
import { FileWriter } from "../../storage/libsql/file/file-writer.ts";
import { encodeEvent } from "../../storage/libsql/write/event-row.ts";
import { insertRows } from "../../storage/libsql/write/write-group.ts";
import { writeTransaction } from "../../storage/libsql/write/write-transaction.ts";

/** Records a change of freshness in a database file, in a transaction of its own. Returns its id. */
export function recordInFile(file: string, event: FreshnessStateChange, now: number): Promise<number> {
  return writeTransaction(new FileWriter(file), (transaction) =>
    insertRows(transaction, { keyed: false, checks: false, now }, encodeEvent(event), 1),
  );
}
