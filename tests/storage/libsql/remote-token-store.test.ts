import { describe, expect, test } from "bun:test";
import { openStores } from "../../../storage/index.ts";
import { tokenStoreContract } from "../../../storage/testing/index.ts";
import { newToken } from "../../new-token.ts";
import { once } from "../../remote/once.ts";
import { emptyDatabase, newStandIn, testDatabase } from "../../remote/test-database.ts";

const address = testDatabase();

tokenStoreContract({ describe, test }, "tokens in a remote libSQL database", async ({ now }) => {
  await emptyDatabase(address());
  return openStores({ now, ...address() });
});

test("a token whose commit is not answered is created once, and its name is not said to be taken", async () => {
  const own = await newStandIn();
  const { tokens, log } = await openStores({ url: own.url });
  const lost = once(own, '"sql":"COMMIT"', "drop after");
  expect(await tokens.create(newToken("a"))).toMatchObject({ id: 1, name: "a" });
  await lost;
  expect(await tokens.list()).toHaveLength(1);
  await log.close();
  await own.close();
});
