import type { AssetKey } from "../../core/index.ts";
import type { TokenRecord, TokenStore } from "../token-store.ts";

/**
 * Opens a TokenStore that keeps tokens as long as the process lives.
 *
 * @example
 * const tokens = createMemoryTokenStore({ now: Date.now });
 * console.log(await tokens.list()); // []
 */
export function createMemoryTokenStore(options: { readonly now: () => number }): TokenStore {
  let tokens: readonly TokenRecord[] = [];

  function change(id: number, by: (token: TokenRecord) => Partial<TokenRecord>): void {
    tokens = tokens.map((token) => (token.id === id ? { ...token, ...by(token) } : token));
  }

  function active(name: string): TokenRecord | undefined {
    return tokens.find((token) => token.name === name && token.revokedAt === null);
  }

  return {
    async create({ name, hash, scopes, prefix, expiresAt }) {
      if (active(name) !== undefined) return undefined;
      const times = { createdAt: options.now(), expiresAt, revokedAt: null, lastUsedAt: null };
      const token: TokenRecord = { id: tokens.length + 1, name, hash, scopes, prefix: wellFormed(prefix), ...times };
      tokens = [...tokens, token];
      return token;
    },

    async list() {
      return tokens;
    },

    async revoke(name) {
      const id = active(name)?.id;
      if (id === undefined) return undefined;
      change(id, () => ({ revokedAt: options.now() }));
      return tokens.find((token) => token.id === id);
    },

    async noteUses(uses) {
      for (const { id, at } of uses) change(id, ({ lastUsedAt }) => ({ lastUsedAt: Math.max(at, lastUsedAt ?? 0) }));
    },
  };
}

/** The prefix with U+FFFD for lone surrogates, as in the keys of events. */
function wellFormed(prefix: AssetKey | null): AssetKey | null {
  return prefix?.map((part) => part.toWellFormed()) ?? null;
}
