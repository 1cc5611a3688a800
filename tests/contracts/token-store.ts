import { describe, expect, test } from "bun:test";
import type { NewToken, Stores, TokenStore } from "../../storage/index.ts";

/** Opens new, empty stores, which the suite closes. */
export type OpenStores = (options: { readonly now: () => number }) => Promise<Stores>;

interface Subject {
  readonly tokens: TokenStore;
  readonly clock: { now: number };
}

const noon = Date.UTC(2026, 10, 23, 12);

export function newToken(name: string, fields: Partial<NewToken> = {}): NewToken {
  return { name, hash: `hash of ${name}`, scopes: ["report"], prefix: null, expiresAt: null, ...fields };
}

/** What every TokenStore promises. */
export function tokenStoreContract(name: string, open: OpenStores): void {
  const promises = (sentence: string, body: (subject: Subject) => Promise<void>) =>
    test(sentence, async () => {
      const clock = { now: noon };
      const { tokens, log } = await open({ now: () => clock.now });
      try {
        await body({ tokens, clock });
      } finally {
        await log.close();
      }
    }, 30_000);

  describe(name, () => {
    promises("a new store has no tokens", async ({ tokens }) => {
      expect(await tokens.list()).toEqual([]);
    });

    promises("a token is listed as it was created, oldest first", async ({ tokens, clock }) => {
      const first = newToken("b", { scopes: ["report", "read"], prefix: ["s3", "a/b", ""], expiresAt: noon + 1 });
      const created = await tokens.create(first);
      expect(created).toEqual({ ...first, id: 1, createdAt: noon, revokedAt: null, lastUsedAt: null });
      clock.now += 5;
      await tokens.create(newToken("a"));
      expect(await tokens.list()).toMatchObject([created ?? {}, { id: 2, name: "a", createdAt: noon + 5 }]);
    });

    promises("a prefix is kept as the keys of events are", async ({ tokens }) => {
      const created = await tokens.create(newToken("a", { prefix: ["\u0000\u0001", "\u{1f600}", "\ud800"] }));
      expect(created?.prefix).toEqual(["\u0000\u0001", "\u{1f600}", "\ufffd"]);
      expect((await tokens.list())[0]?.prefix).toEqual(["\u0000\u0001", "\u{1f600}", "\ufffd"]);
    });

    promises("a name is taken until its token is revoked", async ({ tokens }) => {
      await tokens.create(newToken("a", { expiresAt: noon - 1 }));
      expect(await tokens.create(newToken("a", { hash: "other" }))).toBeUndefined();
      await tokens.revoke("a");
      expect(await tokens.create(newToken("a", { hash: "other" }))).toMatchObject({ name: "a", hash: "other" });
      expect((await tokens.list()).map(({ hash }) => hash)).toEqual(["hash of a", "other"]);
    });

    promises("a token that was revoked stays in the list, and is revoked once", async ({ tokens, clock }) => {
      await tokens.create(newToken("a"));
      await tokens.create(newToken("b"));
      clock.now += 5;
      const revoked = { ...newToken("a"), id: 1, createdAt: noon, revokedAt: noon + 5, lastUsedAt: null };
      expect(await tokens.revoke("a")).toEqual(revoked);
      clock.now += 5;
      expect(await tokens.revoke("a")).toBeUndefined();
      expect(await tokens.revoke("c")).toBeUndefined();
      expect(await tokens.list()).toMatchObject([revoked, { name: "b", revokedAt: null }]);
    });

    promises("the last use only moves forward", async ({ tokens }) => {
      await tokens.create(newToken("a"));
      await tokens.create(newToken("b"));
      const uses = async () => (await tokens.list()).map(({ lastUsedAt }) => lastUsedAt);
      await tokens.noteUses([{ id: 2, at: noon }]);
      expect(await uses()).toEqual([null, noon]);
      await tokens.noteUses([
        { id: 1, at: noon + 1 },
        { id: 2, at: noon - 1 },
        { id: 3, at: noon },
      ]);
      expect(await uses()).toEqual([noon + 1, noon]);
      await tokens.noteUses([]);
    });
  });
}
