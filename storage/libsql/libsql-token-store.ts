import type { TokenStore } from "../token-store.ts";
import type { LogDatabase } from "./log-database.ts";

/** The tokens in the database of a log. */
export function createLibsqlTokenStore(database: LogDatabase, now: () => number): TokenStore {
  const byId = async (id: number | undefined) =>
    id === undefined ? undefined : (await database.tokens()).find((token) => token.id === id);
  return {
    create: async (token) => byId(await database.createToken(token, now())),
    list: () => database.tokens(),
    revoke: async (name) => byId(await database.revokeToken(name, now())),
    noteUses: (uses) => database.noteTokenUses(uses),
  };
}
