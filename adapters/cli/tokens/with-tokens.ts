import { Command } from "@commander-js/extra-typings";
import type { Stores } from "../../../storage/stores.ts";
import { findDatabase, type LogOptions } from "../destination.ts";
import { databaseAddress, type OpenOptions, openDatabase } from "../maintenance/open-database.ts";

/** A command that opens the database where tokens are kept. No server would do: who may make tokens may do everything. */
export function tokensCommand(name: string) {
  return new Command(name).option(
    "--database-url <url>",
    "the server's database (RUNLESS_DATABASE_URL, default file:runless.db)",
  );
}

/** Opens the database, and lets go of it when the work has ended. */
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
