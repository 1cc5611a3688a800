import { Command } from "@commander-js/extra-typings";
import type { Stores } from "../../../storage/stores.ts";
import { findDatabase, type LogOptions } from "../destination.ts";
import { databaseAddress, type OpenOptions, openDatabase } from "../maintenance/open-database.ts";

/** A command on the tokens in a database. There is no such command for a server: creating tokens would allow everything. */
export function tokensCommand(name: string) {
  return new Command(name).option(
    "--database-url <url>",
    "the server's database (RUNLESS_DATABASE_URL, default file:runless.db)",
  );
}

/** Opens the database, and closes it after the work. */
export async function withTokens(
  options: Pick<LogOptions, "databaseUrl">,
  open: OpenOptions,
  work: (stores: Stores) => Promise<void>,
): Promise<void> {
  const url = findDatabase(options, "Tokens are kept in a database", ", or the server its RUNLESS_TOKENS");
  const stores = await openDatabase(databaseAddress(url), open);
  try {
    await work(stores);
  } finally {
    await stores.log.close();
  }
}
