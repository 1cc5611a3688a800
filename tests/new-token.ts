import type { NewToken } from "../storage/index.ts";

/** A token that may report, to be created in a store. */
export function newToken(name: string, fields: Partial<NewToken> = {}): NewToken {
  return { name, hash: `hash of ${name}`, scopes: ["report"], prefix: null, expiresAt: null, ...fields };
}
