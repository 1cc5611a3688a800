import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openStores } from "../../storage/index.ts";
import { tokenStoreContract } from "../../storage/testing/index.ts";
import { newToken } from "../new-token.ts";
import { temporaryFolder } from "../server.ts";

const newFile = () => `file:${join(temporaryFolder(), "runless.db")}`;

tokenStoreContract({ describe, test }, "tokens in memory", (options) => openStores({ ...options, url: ":memory:" }));
tokenStoreContract({ describe, test }, "tokens in a libSQL file", (options) =>
  openStores({ ...options, url: newFile() }),
);

test("two processes' worth of stores on one file see each other's tokens, and a name is taken once", async () => {
  const url = newFile();
  const all = [await openStores({ url }), await openStores({ url })];
  const created = await Promise.all(all.map(({ tokens }, i) => tokens.create(newToken("a", { hash: `hash ${i}` }))));
  expect(created.filter((token) => token !== undefined)).toHaveLength(1);
  const lists = await Promise.all(all.map(({ tokens }) => tokens.list()));
  expect(lists[0]).toHaveLength(1);
  expect(lists[1]).toEqual(lists[0] ?? []);
  for (const { log } of all) await log.close();
});
