import { Command } from "@commander-js/extra-typings";
import { openStores } from "../../storage/open-stores.ts";
import type { TokenStore } from "../../storage/token-store.ts";
import { CommandError, exitCodes } from "./exit-code.ts";
import { assertExists, databaseOf, type LogOptions, serverUrl } from "./with-log.ts";

/** A command that opens the database where tokens are kept. No server would do: who may make tokens may do everything. */
export function tokensCommand(name: string) {
  return new Command(name).option(
    "--database-url <url>",
    "the server's database (RUNLESS_DATABASE_URL, default file:runless.db)",
  );
}

/** Opens the tokens of the database, and lets go of them when the work has ended. */
export async function withTokens(
  options: Pick<LogOptions, "databaseUrl">,
  { mayBeNew }: { readonly mayBeNew: boolean },
  work: (tokens: TokenStore) => Promise<void>,
): Promise<void> {
  const { databaseUrl: url, databaseAuthToken: authToken } = databaseOf(options);
  if (serverUrl(options) !== undefined || url === ":memory:") {
    const instead = "give --database-url, or the server's RUNLESS_TOKENS";
    throw new CommandError(exitCodes.usage, `Tokens are kept in a database, not with a server: ${instead}.`);
  }
  if (!mayBeNew) assertExists(url);
  const { log, tokens } = await openStores({ url, authToken });
  try {
    await work(tokens);
  } finally {
    await log.close();
  }
}
