import { join } from "node:path";
import type { Client, InStatement, InValue } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import type { RunlessEvent } from "../../../core/index.ts";
import { openConnection } from "../../../storage/libsql/connection.ts";
import { FileWriter } from "../../../storage/libsql/file/file-writer.ts";
import { migrate } from "../../../storage/libsql/migrations/migrate.ts";
import { type ReadSteps, readSteps } from "../../../storage/libsql/read/read-steps.ts";
import { encodeEvent } from "../../../storage/libsql/write/event-row.ts";
import { joinRows } from "../../../storage/libsql/write/group.ts";
import { writeGroup } from "../../../storage/libsql/write/write-group.ts";
import { temporaryFolder } from "../../server.ts";

/** A new database with these events in it, and no log around it. */
export async function writtenDatabase(events: readonly RunlessEvent[]) {
  const file = join(temporaryFolder(), "runless.db");
  const client = await openConnection({ url: `file:${file}` });
  await migrate(client);
  const rows = joinRows(events.map((event) => encodeEvent(event)));
  await writeGroup(new FileWriter(file), { rows, sizes: [events.length], keyed: false, checks: true, now: 0 });
  return { client, database: drizzle(client) };
}

export interface Statement {
  readonly sql: string;
  readonly args: InValue[];
}

/** Steps of a read of this database, with the statements of each as they are executed. */
export function watchedSteps(client: Client) {
  const statements: Statement[] = [];
  const execute = (statement: InStatement) => {
    if (typeof statement !== "string") statements.push(statement as Statement); // as this project's reads give them
    return client.execute(statement);
  };
  const watched = new Proxy(client, {
    get: (target, name) => (name === "execute" ? execute : Reflect.get(target, name).bind(target)),
  });
  let count = 0;
  const steps: ReadSteps = readSteps({
    file: "runless.db",
    read: (work) => {
      count++;
      return work(watched);
    },
  });
  return { steps, statements, counted: () => count };
}
