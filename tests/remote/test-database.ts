import { afterAll, beforeAll } from "bun:test";
import { join } from "node:path";
import { createClient } from "@libsql/client/web";
import { migrations } from "../../storage/libsql/migrations/migrations.ts";
import { temporaryFolder } from "../server.ts";
import { type StandIn, type StandInOptions, startStandIn } from "./stand-in.ts";

export interface RemoteAddress {
  readonly url: string;
  readonly authToken?: string;
}

/** The real database to test against, if the environment names one. */
export function realDatabase(): RemoteAddress | undefined {
  const url = process.env.RUNLESS_TEST_DATABASE_URL;
  const authToken = process.env.RUNLESS_TEST_DATABASE_AUTH_TOKEN;
  if (!url) return undefined;
  return { url, ...(authToken ? { authToken } : {}) };
}

/** A stand-in, over a new file where none is given. */
export function newStandIn(options: Partial<StandInOptions> = {}): Promise<StandIn> {
  return startStandIn({ file: join(temporaryFolder(), "stand-in.db"), ...options });
}

/** The real database, or a stand-in that lives as long as the tests of the file. It has its address once they run. */
export function testDatabase(): () => RemoteAddress {
  let standIn: StandIn | undefined;
  let address = realDatabase();
  beforeAll(async () => {
    if (address !== undefined) return;
    standIn = await newStandIn();
    address = { url: standIn.url };
  });
  afterAll(() => standIn?.close());
  return () => address ?? { url: "" };
}

const tables = [
  "schema_version",
  ...migrations.flatMap((text) => [...text.matchAll(/CREATE TABLE (\w+)/g)].map((found) => found[1])),
];

/** Drops what runless has in the database, and nothing else: a real one is shared by all tests, and may not be empty. */
export async function emptyDatabase(address: RemoteAddress): Promise<void> {
  const client = createClient(address);
  await client.batch(
    tables.map((table) => `DROP TABLE IF EXISTS ${table}`),
    "write",
  );
  client.close();
}
