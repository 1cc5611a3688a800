import { describe, expect, test } from "bun:test";
import { hashSecret, newSecret, sessionOf } from "../../../../adapters/config/token-format.ts";
import {
  graceName,
  graceToken,
  openTokenCache,
  type TokenCacheOptions,
} from "../../../../adapters/http/access/token-cache.ts";
import { createMemoryTokenStore, EventLogError, type TokenStore } from "../../../../storage/index.ts";
import { newToken } from "../../../new-token.ts";

const noon = Date.UTC(2026, 10, 23, 12);
/** Everything that waits for nothing but memory is done by then. */
const settled = () => new Promise((resolve) => setTimeout(resolve));
const hash = hashSecret;

/** A book whose clocks stand still until they are moved, and the calls that its store gets. */
async function opened(options: Partial<TokenCacheOptions> & { readonly before?: readonly string[] } = {}) {
  const clock = { now: noon, elapsed: 5 };
  const kept = createMemoryTokenStore({ now: () => clock.now });
  for (const secret of options.before ?? []) await kept.create(newToken(secret, { hash: hash(secret) }));
  const calls: string[] = [];
  const store: TokenStore = {
    ...kept,
    list: () => {
      calls.push("list");
      return kept.list();
    },
    noteUses: (uses) => {
      calls.push(`noteUses ${JSON.stringify(uses)}`);
      return kept.noteUses(uses);
    },
  };
  const book = await openTokenCache({ store, now: () => clock.now, elapsed: () => clock.elapsed, ...options });
  calls.length = 0;
  return { book, store: kept, clock, calls };
}

describe("a token book", () => {
  test("is open until there is a token, and never again", async () => {
    const { book, store, clock } = await opened();
    expect(book.isOpen()).toBe(true);
    expect(book.identify(() => undefined)).toMatchObject({
      status: "allowed",
      caller: { name: null, scopes: ["admin"] },
    });
    await store.create(newToken("a", { hash: hash("a") }));
    clock.elapsed += 2000;
    expect(await book.identify(() => undefined)).toEqual({ status: "missing" });
    expect(book.isOpen()).toBe(false);
    await store.revoke("a");
    clock.elapsed += 2000;
    expect(await book.identify(() => undefined)).toEqual({ status: "missing" });
    expect(book.isOpen()).toBe(false);
  });

  describe("with a grace for those who have no token", () => {
    const graced = async (options: Partial<TokenCacheOptions> = {}) => {
      const all = await opened({ allowGrace: true, ...options });
      await all.store.create(graceToken(noon + 60_000));
      await all.store.create(newToken("a", { hash: hash("a") }));
      all.clock.elapsed += 2000;
      const unnamed = () => all.book.identify(() => undefined);
      return { ...all, unnamed };
    };
    const reporter = { status: "allowed", caller: { name: null, scopes: ["report"], prefix: null } };

    test("lets them report until it ends, and asks for a token then", async () => {
      const { book, clock, unnamed } = await graced();
      expect(await unnamed()).toEqual(reporter as never);
      expect([book.isOpen(), book.graceEnd()]).toEqual([false, noon + 60_000]);
      expect(await book.identify(() => "nobody")).toEqual({ status: "unknown" });
      expect(await book.identify(() => "a")).toMatchObject({ caller: { name: "a" } });
      clock.now += 60_000;
      expect([await unnamed(), book.graceEnd()]).toEqual([{ status: "missing" }, undefined]);
    });

    test("ends it when it is revoked", async () => {
      const { book, clock, store, unnamed } = await graced();
      await store.revoke(graceName);
      clock.elapsed += 2000;
      expect([await unnamed(), book.graceEnd()]).toEqual([{ status: "missing" }, undefined]);
    });

    test.each([
      ["where it is not allowed", { allowGrace: false }],
      ["where it is not said to be", { allowGrace: undefined as never }],
      ["on a host that others reach", { neverOpen: true }],
      ["beside tokens of the configuration", { fixed: [newToken("f", { hash: hash("f") })] }],
    ] as const)("knows none %s", async (_, options) => {
      const { book, unnamed } = await graced(options);
      expect([await unnamed(), book.graceEnd()]).toEqual([{ status: "missing" }, undefined]);
    });

    test("stays open while there is no token beside it", async () => {
      const { book, store, clock } = await opened({ allowGrace: true });
      await store.create(graceToken(noon + 1));
      clock.elapsed += 2000;
      expect(await book.identify(() => undefined)).toMatchObject({ caller: { scopes: ["admin"] } });
      expect([book.isOpen(), book.graceEnd()]).toEqual([true, undefined]);
    });

    test("is no token: nothing that is sent has its hash", async () => {
      const { book } = await graced();
      for (const secret of ["", graceName, "0".repeat(64)]) {
        expect(await book.identify(() => secret)).toEqual({ status: "unknown" });
      }
    });
  });

  test("that may never be open asks for a token even while there is none", async () => {
    const { book } = await opened({ neverOpen: true });
    expect([book.isOpen(), book.identify(() => undefined), book.identify(() => "a")]).toEqual([
      false,
      { status: "missing" },
      { status: "unknown" },
    ]);
  });

  test("knows a secret by its hash alone", async () => {
    const { book } = await opened({ before: ["secret"] });
    expect(book.identify(() => "secret")).toEqual({
      status: "allowed",
      caller: { name: "secret", scopes: ["report"], prefix: null },
    });
    for (const wrong of ["secret ", "Secret", "secre", "", hash("secret")]) {
      expect(book.identify(() => wrong)).toEqual({ status: "unknown" });
    }
  });

  test("knows a session, and takes neither the secret nor what is stored for one, nor a session for a secret", async () => {
    const { book } = await opened({ before: ["secret"] });
    expect(book.identify(() => ({ session: sessionOf("secret") }))).toMatchObject({ status: "allowed" });
    for (const session of ["secret", hash("secret"), Buffer.from(hash("secret"), "hex").toString("base64url")]) {
      expect(book.identify(() => ({ session }))).toEqual({ status: "unknown" });
    }
    expect(book.identify(() => sessionOf("secret"))).toEqual({ status: "unknown" });
  });

  test("looks at every byte of the hash", async () => {
    const digest = hash("secret");
    const alike = Array.from({ length: 32 }, (_, i) => {
      const other = Buffer.from(digest, "hex");
      other[i] = (other[i] ?? 0) ^ 1;
      return newToken(`t${i}`, { hash: other.toString("hex") });
    });
    const { book } = await opened({ fixed: alike });
    expect(book.identify(() => "secret")).toEqual({ status: "unknown" });
    const { book: whole } = await opened({ fixed: [...alike, newToken("right", { hash: digest })] });
    expect(whole.identify(() => "secret")).toMatchObject({ caller: { name: "right" } });
  });

  test("tells what was revoked and what has expired from what never was", async () => {
    const { book, store, clock } = await opened({ before: ["a"] });
    await store.create(newToken("b", { hash: hash("b"), expiresAt: noon + 5000 }));
    await store.revoke("a");
    clock.elapsed += 2000;
    expect(await book.identify(() => "a")).toEqual({ status: "revoked", name: "a", at: noon });
    expect(book.identify(() => "b")).toMatchObject({ status: "allowed" });
    clock.now = noon + 5000;
    expect(book.identify(() => "b")).toEqual({ status: "expired", name: "b", at: noon + 5000 });
  });

  test("tokens of the configuration are good beside those of the store, and close the door alone", async () => {
    const { book, calls } = await opened({ fixed: [newToken("fixed", { hash: hash("fixed") })], before: ["a"] });
    expect(book.identify(() => "fixed")).toMatchObject({ status: "allowed", caller: { name: "fixed" } });
    expect(book.identify(() => "a")).toMatchObject({ status: "allowed", caller: { name: "a" } });
    expect(calls.filter((call) => call.startsWith("noteUses"))).toEqual([
      `noteUses ${JSON.stringify([{ id: 1, at: noon }])}`,
    ]);
    const alone = await opened({ fixed: [newToken("fixed", { hash: hash("fixed") })] });
    expect(alone.book.identify(() => undefined)).toEqual({ status: "missing" });
  });
});

describe("reading the tokens again", () => {
  test("happens not at all within a second, and behind a request within two", async () => {
    const { book, store, clock, calls } = await opened({ before: ["a"] });
    await store.revoke("a");
    clock.elapsed += 999;
    expect(book.identify(() => "a")).toMatchObject({ status: "allowed" });
    expect(calls.filter((call) => call === "list")).toEqual([]);
    clock.elapsed += 1;
    const answers = [book.identify(() => "a"), book.identify(() => "a")];
    expect(answers).toMatchObject([{ status: "allowed" }, { status: "allowed" }]);
    expect(calls.filter((call) => call === "list")).toEqual(["list"]);
    await settled();
    expect(book.identify(() => "a")).toMatchObject({ status: "revoked" });
  });

  test("is waited for after two seconds", async () => {
    const { book, store, clock } = await opened({ before: ["a"] });
    await store.create(newToken("b", { hash: hash("b") }));
    clock.elapsed += 2000;
    const answer = book.identify(() => "b");
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toMatchObject({ status: "allowed", caller: { name: "b" } });
  });

  test("counts from when it began: what was revoked meanwhile is found by the next", async () => {
    const { book, store, clock } = await opened({ before: ["a"] });
    clock.elapsed += 2000;
    const slow = book.identify(() => "a"); // the memory has given its answer already
    clock.elapsed += 2000;
    expect(await slow).toMatchObject({ status: "allowed" });
    await store.revoke("a");
    expect(await book.identify(() => "a")).toMatchObject({ status: "revoked" });
  });

  test("that fails lets nobody in after two seconds, and everybody as before until then", async () => {
    let broken = false;
    const kept = createMemoryTokenStore({ now: () => noon });
    await kept.create(newToken("a", { hash: hash("a") }));
    const list = () => (broken ? Promise.reject(new EventLogError("unavailable", "No disk.")) : kept.list());
    const { book, clock } = await opened({ store: { ...kept, list } });
    broken = true;
    clock.elapsed += 1999;
    expect(book.identify(() => "a")).toMatchObject({ status: "allowed" });
    clock.elapsed += 1;
    await expect(Promise.resolve(book.identify(() => "a"))).rejects.toThrow("No disk.");
    broken = false;
    expect(await book.identify(() => "a")).toMatchObject({ status: "allowed" });
  });
});

describe("the last use of a token", () => {
  test("is written at most once a minute, and not for what is refused", async () => {
    const { book, store, clock, calls } = await opened({ before: ["a", "b"] });
    await store.revoke("b");
    clock.elapsed += 2000;
    await book.identify(() => "b");
    for (let i = 0; i < 5; i++) book.identify(() => "a");
    clock.now += 59_999;
    book.identify(() => "a");
    expect(calls.filter((call) => call.startsWith("noteUses"))).toHaveLength(1);
    clock.now += 1;
    book.identify(() => "a");
    await settled();
    expect((await store.list()).map(({ lastUsedAt }) => lastUsedAt)).toEqual([noon + 60_000, null]);
  });

  test("is not written again where another server has", async () => {
    const { book, store, clock, calls } = await opened({ before: ["a"] });
    await store.noteUses([{ id: 1, at: noon + 1000 }]);
    clock.elapsed += 2000;
    clock.now += 60_000;
    expect(await book.identify(() => "a")).toMatchObject({ status: "allowed" });
    expect(calls.filter((call) => call.startsWith("noteUses"))).toEqual([]);
  });

  test("that can't be written hinders nobody", async () => {
    const kept = createMemoryTokenStore({ now: () => noon });
    await kept.create(newToken("a", { hash: hash("a") }));
    const noteUses = () => Promise.reject(new EventLogError("unavailable", "No space."));
    const { book } = await opened({ store: { ...kept, noteUses } });
    expect(book.identify(() => "a")).toMatchObject({ status: "allowed" });
    await settled();
    expect(book.identify(() => "a")).toMatchObject({ status: "allowed" });
  });

  test("gathers while a write is under way, so that many tokens cost one write", async () => {
    const secrets = Array.from({ length: 5 }, (_, i) => `t${i}`);
    const written = Promise.withResolvers<void>();
    const kept = createMemoryTokenStore({ now: () => noon });
    for (const secret of secrets) await kept.create(newToken(secret, { hash: hash(secret) }));
    const writes: number[] = [];
    const noteUses: TokenStore["noteUses"] = async (uses) => {
      writes.push(uses.length);
      await written.promise;
    };
    const { book } = await opened({ store: { ...kept, noteUses } });
    for (const secret of secrets) book.identify(() => secret);
    expect(writes).toEqual([1]);
    written.resolve();
    await settled();
    expect(writes).toEqual([1, 4]);
  });
});

test("secrets are 256 random bits behind the prefix that scanners know", () => {
  const secrets = Array.from({ length: 100 }, newSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) expect(secret).toMatch(/^rl_[\w-]{43}$/);
});
