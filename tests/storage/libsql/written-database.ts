import { join } from "node:path";
import { drizzle } from "drizzle-orm/libsql";
import type { RunlessEvent } from "../../../core/index.ts";
import { openConnection } from "../../../storage/libsql/connection.ts";
import { encodeEvent } from "../../../storage/libsql/event-row.ts";
import { FileWriter } from "../../../storage/libsql/file-writer.ts";
import { joinRows } from "../../../storage/libsql/group.ts";
import { migrate } from "../../../storage/libsql/migrate.ts";
import { writeGroup } from "../../../storage/libsql/write-group.ts";
import { temporaryFolder } from "../../server.ts";

/** A new database with these events in it, and no log around it. */
export async function writtenDatabase(events: readonly RunlessEvent[]) {
  const file = join(temporaryFolder(), "runless.db");
  const client = await openConnection({ url: `file:${file}` });
  await migrate(client);
  const rows = joinRows(events.map((event) => encodeEvent(event)));
  await writeGroup(new FileWriter(file), { rows, sizes: [events.length], keyed: false, checks: false, now: 0 });
  return { client, database: drizzle(client) };
}
