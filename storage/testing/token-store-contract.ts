import type { Stores } from "../stores.ts";
import type { NewToken, TokenStore } from "../token-store.ts";
import { declareTestOn, noon } from "./declare-test.ts";
import { longestTest } from "./event-log/harness.ts";
import { expect } from "./expect.ts";
import type { TestRunner } from "./test-runner.ts";

/** A token store, and the log that it is closed with, if it has one. */
export type OpenedTokenStore = Pick<Stores, "tokens"> & { readonly log?: Pick<Stores["log"], "close"> | undefined };

/** Opens a new token store without tokens. The suite closes its log. */
export type OpenTokenStore = (options: { readonly now: () => number }) => Promise<OpenedTokenStore>;

interface Subject {
  readonly tokens: TokenStore;
  /** The time that the store reads. */
  readonly clock: { now: number };
}

function newToken(name: string, fields: Partial<NewToken> = {}): NewToken {
  return { name, hash: `hash of ${name}`, scopes: ["report"], prefix: null, expiresAt: null, ...fields };
}

/**
 * Declares the tests of what every TokenStore promises. `open` gives a new, empty store each time. A new store gives
 * the ids 1, 2, 3, …
 *
 * @example
 * import { describe, test } from "node:test";
 * tokenStoreContract({ describe, test }, "my tokens", async ({ now }) => ({ tokens: new MyTokenStore({ now }) }));
 */
export function tokenStoreContract(runner: TestRunner, name: string, open: OpenTokenStore): void {
  const declareTest = declareTestOn<OpenedTokenStore, Subject>(runner, {
    open,
    logOf: ({ log }) => log,
    subjectOf: ({ tokens }, clock) => ({ tokens, clock }),
    longest: longestTest,
  });

  runner.describe(name, () => {
    declareTest("a new store has no tokens", async ({ tokens }) => {
      expect(await tokens.list()).toEqual([]);
    });

    declareTest("a token is listed as it was created, oldest first", async ({ tokens, clock }) => {
      const first = newToken("b", { scopes: ["report", "read"], prefix: ["s3", "a/b", ""], expiresAt: noon + 1 });
      const created = await tokens.create(first);
      expect(created).toEqual({ ...first, id: 1, createdAt: noon, revokedAt: null, lastUsedAt: null });
      clock.now += 5;
      await tokens.create(newToken("a"));
      expect(await tokens.list()).toMatchObject([created ?? {}, { id: 2, name: "a", createdAt: noon + 5 }]);
    });

    declareTest("a prefix is kept as the keys of events are", async ({ tokens }) => {
      const created = await tokens.create(newToken("a", { prefix: ["\u0000\u0001", "\u{1f600}", "\ud800"] }));
      expect(created?.prefix).toEqual(["\u0000\u0001", "\u{1f600}", "\ufffd"]);
      expect((await tokens.list())[0]?.prefix).toEqual(["\u0000\u0001", "\u{1f600}", "\ufffd"]);
    });

    declareTest("a name is taken until its token is revoked", async ({ tokens }) => {
      await tokens.create(newToken("a", { expiresAt: noon - 1 }));
      expect(await tokens.create(newToken("a", { hash: "other" }))).toBeUndefined();
      await tokens.revoke("a");
      expect(await tokens.create(newToken("a", { hash: "other" }))).toMatchObject({ name: "a", hash: "other" });
      expect((await tokens.list()).map(({ hash }) => hash)).toEqual(["hash of a", "other"]);
    });

    declareTest("a token that was revoked stays in the list, and is revoked once", async ({ tokens, clock }) => {
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

    declareTest("the last use only moves forward", async ({ tokens }) => {
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
